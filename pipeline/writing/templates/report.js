"use strict";
const clauses = [...document.querySelectorAll(".clause")];
const sentence = (number) => document.getElementById("s" + number);
const cited = new Map();
for (const clause of clauses) {
  for (const number of clause.dataset.sentences.split(" ")) {
    if (!cited.has(number)) cited.set(number, []);
    cited.get(number).push(clause);
  }
}
const light = (elements, on) => elements.forEach((element) => element.classList.toggle("lit", on));
const pair = (element, others) => {
  for (const [event, on] of [["mouseenter", true], ["mouseleave", false], ["focus", true], ["blur", false]]) {
    element.addEventListener(event, () => light(others, on));
  }
};
const buttons = [...document.querySelectorAll(".filters button")];
const filter = (wanted) => {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.topic === wanted));
  for (const item of document.querySelectorAll(".sentences li")) {
    item.hidden = wanted !== "" && !item.dataset.topics.split(" ").includes(wanted);
  }
};
const choose = (elements, target) => {
  document.querySelectorAll(".chosen").forEach((element) => element.classList.remove("chosen"));
  elements.forEach((element) => element.classList.add("chosen"));
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
};
let left = null;
for (const button of buttons) button.addEventListener("click", () => filter(button.dataset.topic));
for (const clause of clauses) {
  const own = clause.dataset.sentences.split(" ").map(sentence);
  pair(clause, own);
  clause.addEventListener("click", (event) => {
    event.preventDefault();
    if (own.some((item) => item.hidden)) filter("");
    left = clause;
    choose(own, own[0]);
  });
}
for (const [number, own] of cited) {
  const item = sentence(number);
  item.classList.add("cited");
  item.tabIndex = 0;
  pair(item, own);
  const back = () => choose(own, own.includes(left) ? left : own[0]);
  item.addEventListener("click", () => { if (!String(getSelection())) back(); });
  item.addEventListener("keydown", (event) => { if (event.key === "Enter") back(); });
}
