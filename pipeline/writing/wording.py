"""Headings in Chinese and English."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pipeline.config import TopicConfig

Language = Literal["zh", "en"]

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "abstract": "摘要",
        "topics": "分主题摘要",
        "sentences": "逐句主题",
        "untitled": "（无标题）",
        "none": "无主题",
        "source": "来源",
        "evidence": "依据第{numbers}句",
        "removed": "（核对时删去{count}处）",
        "replaced": "（模型所写没有依据，改用导语）",
        "comma": "、",
        "id": "编号",
        "title": "标题",
        "published": "日期",
        "number": "句序",
        "sentence": "句子",
        "topics_of": "主题",
        "count_of": "{topic}句数",
        "score_of": "{topic}概率",
        "document_sheet": "文档",
        "sentence_sheet": "句子",
        "evidence_sentences": "依据原文",
        "filter": "按主题筛选",
        "all": "全部",
        "config": "配置",
        "index": "简报目录",
        "documents": "共 {count} 篇",
        "left_out": "另有 {count} 处页面杂项（编辑、版权、导航等）未参与分析",
    },
    "en": {
        "abstract": "Abstract",
        "topics": "Abstracts by topic",
        "sentences": "Sentences",
        "untitled": "(no title)",
        "none": "no topic",
        "source": "Source",
        "evidence": "from sentence {numbers}",
        "removed": "(fact check took out {count})",
        "replaced": "(nothing the model wrote had support: this is the lead)",
        "comma": ", ",
        "id": "id",
        "title": "Title",
        "published": "Date",
        "number": "Number",
        "sentence": "Sentence",
        "topics_of": "Topics",
        "count_of": "{topic}: sentences",
        "score_of": "{topic}: probability",
        "document_sheet": "Documents",
        "sentence_sheet": "Sentences",
        "evidence_sentences": "Sentences it rests on",
        "filter": "Filter by topic",
        "all": "All",
        "config": "config",
        "index": "Briefings",
        "documents": "{count} documents",
        "left_out": "{count} pieces of page furniture (credits, links, notices) left out",
    },
}


def topic_name(topic: "TopicConfig", language: Language) -> str:
    """The topic's name in a language; its identifier where it has no English name."""
    return topic.name if language == "zh" else topic.name_en or topic.id
