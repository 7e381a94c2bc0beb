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
        "您当前的位置：首页 > 新闻",
        "点击次数：123",
        "发布者：某某",
        "供稿人：某某",
        "审核人：某某",
        "责 任 编 辑：某某",
        "来\u3000源：海屿日报",
        "图源：海屿发布",
        "剪辑：某某",
        "本期责编：某某",
        "■ 本报记者 王某",
        "主办单位：海屿市委",
        "备案号：1234",
        "电话：0000-1234567",
        "邮编：261000",
        "附件1：名单",
        "下一页",
        "分享：微信 微博",
        "微信 微博 QQ空间",
        "— END —",
        "（本文完）",
        "更多新闻",
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
        "公司法律顾问参加座谈。",
        "双方签署侵权预警合作协议。",
        "企业侵权纠纷调解中心揭牌",
        "市民打开“爱海屿”APP即可办事，签约12家企业。",
        "公司研发的办事小程序下载量突破10万。",
        "市长热线服务热线12345揭牌。",
        "代表团扫码体验无人零售，扫描二维码下单，座谈。",
        "企业家表示，欢迎关注我们的产品，双方达成合作意向",
        "2024年3月18日 上午，市长率队考察恒远公司",
        "2024年3月18日 海屿市代表团赴深圳考察",
        "记者：这次合作有哪些亮点？",
        "人民日报记者、海屿籍企业家张某参加座谈",
        "公司为学校提供图片",
        "图为媒、以会为友，双方达成合作意向12项。",
        "播放 宣传片后，双方座谈，会议由市长主持。",
        "登录 “海屿人才网”的企业达到3000家，成效明显。",
        "评论：海屿双招双引要抓住机遇",
        "声明：双方同意共建研究院，投资3亿元",
        "统筹 城乡发展",
        "制作 新能源电池",
        "为加强知识产权保护，3月18日，市长率队到恒远公司走访，考察专利侵权监测平台，并与江州大学签署侵权预警合作协议，总投资3亿元。随后举行座谈。",
    ],
)
def test_the_article_is_not_furniture(line: str) -> None:
    assert not is_furniture_line(line)
    assert find_furniture(line) == ()


def test_links_after_a_navigation_heading_go_with_it() -> None:
    body = "双方签约。\n专题\n更多>>\n某某主题教育\n记嘱托·践青春\n正文又开始了，这一句有句号。"
    spans = find_furniture(body)
    assert [body[s.start : s.end] for s in spans] == ["专题", "更多>>", "某某主题教育", "记嘱托·践青春"]


def test_results_below_a_heading_stay_in_the_article() -> None:
    body = "市长率队到恒远公司考察，与董事长座谈交流。\n最新动态\n签约项目4个\n会议由副市长主持，有关部门负责同志参加会议。"
    assert find_furniture(body) == ()


def test_a_notice_at_the_end_of_the_only_line_takes_nothing_else_with_it() -> None:
    body = "市长率队到恒远公司考察。双方签约。版权声明：未经授权不得转载。"
    assert [body[s.start : s.end] for s in find_furniture(body)] == ["版权声明：未经授权不得转载。"]


def test_invisible_characters_do_not_hide_furniture() -> None:
    body = "双方座谈。\n\u200b来源：海屿日报\n\u200b\n"
    assert [body[s.start : s.end] for s in find_furniture(body)] == ["来源：海屿日报", "\u200b"]


def test_credits_inside_a_line() -> None:
    body = "本报讯（记者 某某）1月8日，书记率队到访。座谈会举行。（海屿广播电视台）"
    assert [body[s.start : s.end] for s in find_furniture(body)] == ["本报讯（记者 某某）", "（海屿广播电视台）"]


@pytest.mark.parametrize("start", ["摄影报道）", "林望 ）", "某某某)"])
def test_a_byline_that_lost_its_beginning(start: str) -> None:
    body = f"{start}1月8日，书记率队到访。\n{start}座谈会举行，气氛热烈。"
    assert [(s.start, s.end) for s in find_furniture(body)] == [(0, len(start))]


@pytest.mark.parametrize("start", ["一）", "（一）", "2）", "市委（扩大）", ""])
def test_brackets_that_are_text(start: str) -> None:
    assert find_furniture(f"{start}会议于1月8日举行，书记率队到访。") == ()


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
        ("3月18日至20日，书记率党政代表团赴深圳市、上\n海市，走访企业、对接高校，推介海屿的产业基础和营商环境。", None),
        ("“双招双引”是源头活水。\n1月8日，书记率队到深圳考察访问。", None),
    ],
)
def test_title(body: str, title: str | None) -> None:
    span = find_title(body, find_furniture(body))
    assert (body[span.start : span.end] if span else None) == title
