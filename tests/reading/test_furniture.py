import pytest

from pipeline.reading.furniture import find_furniture, find_title, is_furniture_line


@pytest.mark.parametrize(
    "line",
    [
        "编辑:某某",
        "责任编辑：某某　审核：某某",
        "（责任编辑：某某）",
        "来源：海屿日报",
        "记者　某某某　通讯员　某某",
        "供稿：党委宣传部",
        "2024-01-10 09:30:00 来源：海屿网",
        "版权声明：未经授权不得转载。",
        "更多精彩资讯请下载“海屿发布”客户端。新闻热线000-1234567",
        "新闻热线：0000-1234567",
        "长按二维码关注我们",
        "分享到：微信 微博",
        "上一篇：我校召开工作会议",
        "专题",
        "更多>>",
        "相关阅读：",
        "图为座谈会现场 某某 摄",
        "▲签约现场",
        "（完）",
        "--------",
        "【打印】【关闭】",
    ],
)
def test_furniture(line: str) -> None:
    assert find_furniture("双方座谈。\n" + line)[-1].end == len("双方座谈。\n" + line)


@pytest.mark.parametrize(
    "line",
    [
        "来源于海屿的企业家们表示，愿为家乡发展出力。",
        "编辑出版行业的企业代表参加座谈。",
        "更多企业选择落户海屿，营商环境持续优化。",
        "图书馆馆长介绍了馆藏情况。",
        "专题会议由市长主持。",
        "记者从会上获悉，项目已开工。",
        "公司发布客户端新品，总投资3亿元的项目签约。",
        "一、走访企业",
        "随后，代表团参观了展厅。",
        "▲8月26日，镇长一行赴合肥拜访食品公司，就项目选址再次磋商。",
        "摄影测量是学校的优势学科，双方将开展合作。",
    ],
)
def test_the_article_is_not_furniture(line: str) -> None:
    assert not is_furniture_line(line)
    assert find_furniture(line) == ()


def test_links_after_a_navigation_heading_go_with_it() -> None:
    body = "双方签约。\n专题\n更多>>\n某某主题教育\n记嘱托·践青春\n正文又开始了，这一句有句号。"
    spans = find_furniture(body)
    assert [body[s.start : s.end] for s in spans] == ["专题", "更多>>", "某某主题教育", "记嘱托·践青春"]


def test_credits_inside_a_line() -> None:
    body = "本报讯（记者 某某）1月8日，书记率队到访。座谈会举行。（海屿广播电视台）"
    assert [body[s.start : s.end] for s in find_furniture(body)] == ["本报讯（记者 某某）", "（海屿广播电视台）"]


def test_brackets_that_belong_to_the_sentence_stay() -> None:
    assert find_furniture("他参观了东华实业（集团）。公司生产机器人（含协作机器人）") == ()


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("海屿代表团赴深圳考察\n1月8日，书记率队到深圳。双方座谈。", "海屿代表团赴深圳考察"),
        ("来源：某报\n海屿代表团赴深圳考察\n1月8日，书记率队到深圳考察访问。", "海屿代表团赴深圳考察"),
        ("1月8日，书记率队到深圳。\n双方座谈，签署了合作协议。", None),
        ("书记率队到深圳,\n双方座谈，签署了合作协议。", None),
        ("只有一行", None),
        ("“双招双引”是源头活水。\n1月8日，书记率队到深圳考察访问。", None),
    ],
)
def test_title(body: str, title: str | None) -> None:
    span = find_title(body, find_furniture(body))
    assert (body[span.start : span.end] if span else None) == title
