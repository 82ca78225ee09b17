"""Chinese narratives of cases (简要案情): templates filled with people, amounts, clues and ways of working.

Belongs here: wording. Does not belong here: which cases exist (``cases``) or how labels are found.

Each way of working (作案手段) has affirmative phrases and denials; a denial must not become a label, so the
truth of a narrative lists only what it affirms, frauds with their class (诈骗类型) besides. Phones, identity and card
numbers carry right check digits and synthetic prefixes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

AFFIRMED = {
    "MO01": ("撬门破锁进入室内", "用撬棍撬开防盗门进入", "撬开卷帘门后入内", "撬锁入室"),
    "MO02": ("打碎窗户玻璃后进入", "破窗入室", "砸破后窗进入屋内"),
    "MO03": ("攀爬阳台进入室内", "沿排水管攀爬至二楼入室", "翻墙攀爬入室"),
    "MO04": ("用万能钥匙打开房门进入", "技术开锁入室", "以锡纸开锁的方式进入"),
    "MO05": ("趁房门未锁溜门入室", "见大门虚掩便溜入屋内", "溜门进入室内"),
    "MO06": ("趁人不备扒窃", "在拥挤处扒窃随身财物", "用镊子夹取口袋内手机"),
    "MO07": ("趁店主不注意顺手牵羊", "顺手将柜台上的物品拿走", "顺手牵羊拿走无人看管的财物"),
    "MO08": ("砸碎车窗玻璃后窃取车内财物", "砸车窗盗走车内提包", "敲碎副驾驶车窗"),
    "MO09": (
        "在网上以刷单返利为由诱骗转账",
        "冒充客服以退款为由诈骗",
        "冒充公检法电话诈骗",
        "诱导下载虚假投资软件转账",
    ),
    "MO10": ("持刀威胁", "以暴力相威胁", "用拳脚殴打并强行索要"),
}
FRAUD_CLASS = dict(zip(AFFIRMED["MO09"], ("FR01", "FR02", "FR07", "FR03"), strict=True))
DENIED = {
    "MO01": ("未发现撬门破锁痕迹", "门锁完好，没有撬锁痕迹"),
    "MO02": ("窗户完好，未见破窗", "并非破窗入室"),
    "MO03": ("未发现攀爬痕迹", "排除攀爬入室"),
    "MO04": ("锁芯经检查不是技术开锁",),
    "MO05": ("房门当时已锁，不是溜门入室",),
    "MO08": ("车窗完好，没有砸车窗",),
    "MO10": ("未使用暴力，没有持刀威胁", "双方未发生肢体冲突"),
}
ITEMS = (
    "现金",
    "手机一部",
    "金项链一条",
    "笔记本电脑一台",
    "香烟若干",
    "电动自行车一辆",
    "电瓶一组",
    "钱包一个",
)


@dataclass(frozen=True)
class Facts:
    """What one narrative tells.

    Args:
        family: burglary, vehicle, pocket, shop, fraud, assault, gambling, damage or other.
        when, where, who, officer_unit: texts.
        phone, card, identity: clue values.
        amount: yuan, two decimals as text.
    """

    family: str
    when: str
    where: str
    who: str
    other: str
    phone: str
    card: str
    identity: str
    amount: str


def write(facts: Facts, rng: np.random.Generator) -> tuple[str, list[str]]:
    """Return the narrative and the codes of the ways of working and classes of fraud it affirms.

    Args:
        facts: what is told.
        rng: the stream that picks wording.
    """
    return _WRITERS[facts.family](facts, rng)


def _pick(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def _opening(f: Facts, rng: np.random.Generator) -> str:
    return _pick(
        rng,
        (
            f"{f.when}许，报案人{f.who}（联系电话{f.phone}）报称：",
            f"{f.when}，我所接{f.who}报警称，",
            f"{f.who}（身份证号{f.identity}）于{f.when}到所报案称：",
            f"{f.when}接110指令：",
        ),
    )


def _closing(rng: np.random.Generator) -> str:
    return _pick(
        rng,
        (
            "案件正在进一步侦办中。",
            "现场已勘查。",
            "已调取周边监控。",
            "经查，情况属实。",
            "目前无嫌疑人线索。",
        ),
    )


def _burglary(f: Facts, rng: np.random.Generator) -> tuple[str, list[str]]:
    code = _pick(rng, ("MO01", "MO02", "MO03", "MO04", "MO05"))
    denied = _pick(rng, ("MO01", "MO02", "MO03"))
    text = f"{_opening(f, rng)}其位于{f.where}的住处被盗，嫌疑人{_pick(rng, AFFIRMED[code])}，"
    text += f"盗走{_pick(rng, ITEMS)}、{_pick(rng, ITEMS)}，损失约{f.amount}元。"
    if denied != code and rng.random() < 0.35:
        text += f"经勘查，{_pick(rng, DENIED[denied])}。"
    return text + _closing(rng), [code]


def _vehicle(f: Facts, rng: np.random.Generator) -> tuple[str, list[str]]:
    start = _opening(f, rng)
    if rng.random() < 0.4:
        return (
            f"{start}其停放在{f.where}的小型轿车被人{_pick(rng, AFFIRMED['MO08'])}，丢失{_pick(rng, ITEMS)}，"
            f"价值{f.amount}元。{_closing(rng)}"
        ), ["MO08"]
    denial = f"{_pick(rng, DENIED['MO08'])}，" if rng.random() < 0.2 else ""
    return f"{start}停放在{f.where}的电动自行车不见了，{denial}购买价格{f.amount}元。{_closing(rng)}", []


def _pocket(f: Facts, rng: np.random.Generator) -> tuple[str, list[str]]:
    return (
        f"{_opening(f, rng)}其在{f.where}被人{_pick(rng, AFFIRMED['MO06'])}，损失{_pick(rng, ITEMS)}，"
        f"价值{f.amount}元。{_closing(rng)}"
    ), ["MO06"]


def _shop(f: Facts, rng: np.random.Generator) -> tuple[str, list[str]]:
    return (
        f"{_opening(f, rng)}在{f.where}，有人{_pick(rng, AFFIRMED['MO07'])}，涉及{_pick(rng, ITEMS)}，"
        f"价值{f.amount}元。{_closing(rng)}"
    ), ["MO07"]


def _fraud(f: Facts, rng: np.random.Generator) -> tuple[str, list[str]]:
    start, means = _opening(f, rng), _pick(rng, AFFIRMED["MO09"])
    text = f"{start}其在{f.where}被人{means}，"
    text += _pick(
        rng,
        (
            f"对方电话{f.phone}，先后向卡号{f.card}转账{f.amount}元。",
            f"通过微信号wx{f.phone[-6:]}ab联系，向账户{f.card}转账，共计人民币{f.amount}元。",
            f"对方QQ：{f.phone[-9:]}，骗走{f.amount}元，收款卡号为{f.card}。",
            f"点击网址http://pay{f.phone[-4:]}.example/login后被转走{f.amount}元。",
        ),
    )
    return text + _closing(rng), ["MO09", FRAUD_CLASS[means]]


def _assault(f: Facts, rng: np.random.Generator) -> tuple[str, list[str]]:
    cause = _pick(rng, ("因停车问题", "因琐事", "酒后", "因感情纠纷", "因债务问题"))
    if rng.random() < 0.3:
        detail, codes = f"对方{_pick(rng, AFFIRMED['MO10'])}", ["MO10"]
    else:
        detail, codes = (
            f"双方互殴，{_pick(rng, DENIED['MO10'])}" if rng.random() < 0.3 else "双方互相推搡，均有轻微擦伤",
            [],
        )
    return (
        f"{_opening(f, rng)}{cause}在{f.where}与{f.other}发生争执，{detail}。医药费约{f.amount}元。{_closing(rng)}"
    ), codes


def _gambling(f: Facts, rng: np.random.Generator) -> tuple[str, list[str]]:
    return (
        f"{f.when}，民警在{f.where}查获{f.other}等人以打麻将的方式赌博，当场查扣赌资{f.amount}元。{_closing(rng)}"
    ), []


def _damage(f: Facts, rng: np.random.Generator) -> tuple[str, list[str]]:
    return f"{_opening(f, rng)}其停在{f.where}的车辆被人用硬物划伤，维修费{f.amount}元。{_closing(rng)}", []


def _other(f: Facts, rng: np.random.Generator) -> tuple[str, list[str]]:
    return (
        f"{_opening(f, rng)}{f.other}在{f.where}酒后滋事，影响周边秩序，经劝阻不听。"
        f"涉及金额{f.amount}元。{_closing(rng)}",
        [],
    )


_WRITERS = {
    "burglary": _burglary,
    "vehicle": _vehicle,
    "pocket": _pocket,
    "shop": _shop,
    "fraud": _fraud,
    "assault": _assault,
    "gambling": _gambling,
    "damage": _damage,
    "other": _other,
}
