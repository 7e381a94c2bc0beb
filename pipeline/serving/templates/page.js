"use strict";
const at = (id) => document.getElementById(id);
const words = document.body.dataset;
let briefing = null;

function say(text, failed = false) {
  at("status").textContent = text;
  at("status").classList.toggle("failed", failed);
}

async function ask(path, body) {
  const headers = body instanceof FormData ? {} : { "Content-Type": "application/json" };
  if (at("token").value) headers.Authorization = `Bearer ${at("token").value}`;
  const answer = await fetch(path, { method: "POST", headers, body: body instanceof FormData ? body : JSON.stringify(body) });
  if (answer.ok) return answer;
  if (answer.status === 401) at("token-row").hidden = false;
  let detail = answer.statusText;
  try {
    const given = (await answer.json()).detail;
    detail = typeof given === "string" ? given : given.map((one) => one.msg).join("; ");
  } catch { /* an answer without a reason: its status has to do */ }
  throw new Error(`${answer.status} ${detail}`);
}

async function make(path, body) {
  say(words.working);
  at("run").disabled = true;
  try {
    briefing = await (await ask(path, body)).json();
    const report = await ask(`/v1/reports?format=html&lang=${words.lang}`, briefing);
    at("report").srcdoc = await report.text();
    at("result").hidden = false;
    say("");
    at("result").scrollIntoView();
  } catch (error) {
    say(words.failed + error.message, true);
  } finally {
    at("run").disabled = false;
  }
}

function send(file) {
  const form = new FormData();
  form.append("file", file);
  make("/v1/briefings/file", form);
}

async function download(format) {
  try {
    const content =
      format === "json"
        ? new Blob([JSON.stringify(briefing, null, 2)], { type: "application/json" })
        : await (await ask(`/v1/reports?format=${format}&lang=${words.lang}`, briefing)).blob();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = `${briefing.document.title || briefing.document.id}.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  } catch (error) {
    say(words.failed + error.message, true);
  }
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  make("/v1/briefings", { text: at("text").value });
});
at("file").addEventListener("change", () => {
  if (at("file").files.length) send(at("file").files[0]);
  at("file").value = "";
});
for (const button of document.querySelectorAll("[data-format]")) {
  button.addEventListener("click", () => download(button.dataset.format));
}
for (const name of ["dragover", "drop", "dragleave"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    at("text").classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) send(event.dataTransfer.files[0]);
  });
}
