"""Hand-written patterns of recorded addresses, by kind of noise.

Belongs here: names, patterns and the level each pattern states. Does not belong here: writing the labelled
files (``generate_addresses``), and anything of the parser: nothing is imported from the product.

A pattern is text with slots. ``{road}`` draws a road, ``{road:文三路}`` states it, ``{house:十二=12}`` states
what is written and what it means. Slots that are no component (``{phone}``, ``{person}``) are only drawn.
Divisions are real and public; roads, compounds and villages are invented or commonplace, persons are masked.
"""

from __future__ import annotations

# province, its short form, city, its short form, district, its short form, street
DIVISIONS = {
    "development": [
        ("浙江省", "浙江", "杭州市", "杭州", "西湖区", "西湖", "翠苑街道"),
        ("浙江省", "浙江", "宁波市", "宁波", "鄞州区", "鄞州", "百丈街道"),
        ("浙江省", "浙江", "温州市", "温州", "鹿城区", "鹿城", "松台街道"),
        ("江苏省", "江苏", "苏州市", "苏州", "姑苏区", "姑苏", "平江街道"),
        ("江苏省", "江苏", "无锡市", "无锡", "梁溪区", "梁溪", "清名桥街道"),
        ("安徽省", "安徽", "合肥市", "合肥", "庐阳区", "庐阳", "逍遥津街道"),
        ("福建省", "福建", "厦门市", "厦门", "思明区", "思明", "鹭江街道"),
        ("江西省", "江西", "南昌市", "南昌", "东湖区", "东湖", "百花洲街道"),
    ],
    "held_out": [
        ("四川省", "四川", "成都市", "成都", "武侯区", "武侯", "浆洗街街道"),
        ("湖北省", "湖北", "武汉市", "武汉", "江岸区", "江岸", "一元街道"),
        ("广东省", "广东", "广州市", "广州", "越秀区", "越秀", "北京街道"),
        ("山东省", "山东", "青岛市", "青岛", "市北区", "市北", "辽宁路街道"),
        ("湖南省", "湖南", "长沙市", "长沙", "岳麓区", "岳麓", "望月湖街道"),
        ("陕西省", "陕西", "西安市", "西安", "碑林区", "碑林", "长乐坊街道"),
        ("河南省", "河南", "郑州市", "郑州", "金水区", "金水", "花园路街道"),
        ("广西壮族自治区", "广西", "南宁市", "南宁", "青秀区", "青秀", "新竹街道"),
        ("辽宁省", "辽宁", "沈阳市", "沈阳", "和平区", "和平", "马路湾街道"),
    ],
}
NAMES = {
    "development": {
        "road": [
            "文三路", "解放东路", "东风路", "学院路", "凤起路", "环城西路",
            "教工路", "北大街", "中山南路", "槐树路", "临江大道", "石板巷",
        ],
        "cross": ["育才路", "建国路", "保俶路", "体育场路", "莫干山路", "人民大街"],
        "compound": ["阳光小区", "翠苑新村", "丽都花园", "锦绣家园", "桂花苑", "紫荆公寓", "绿城名苑", "滨江华庭"],
        "tower": ["恒通大厦", "银泰广场", "国贸大厦", "世纪广场"],
        "community": ["文教社区", "天成社区", "大闸社区", "桃源社区", "翠柏社区"],
        "village": ["陈家村", "上塘村", "石桥村", "沈店村"],
        "town": ["三墩镇", "周浦镇", "横街镇"],
        "landmark": ["第一人民医院", "中心小学", "城东菜市场", "火车站", "人民公园", "汽车北站"],
        "park": ["城北工业园", "钱江科技园", "智慧产业园"],
    },
    "held_out": {
        "road": [
            "少陵路", "武珞路", "天府大道", "中山一路", "燕儿岛路", "麓山南路",
            "友谊西路", "经三路", "民族大道", "太原街", "后宰门街", "灵光巷",
        ],
        "cross": ["长江路", "文艺路", "五四大道", "香港中路", "桃花江路", "新华街"],
        "compound": ["望月小区", "金沙花园", "阅江府", "水岸华庭", "兰亭苑", "西子公寓", "都市家园", "凤凰城"],
        "tower": ["金茂大厦", "万象广场", "时代大厦", "财富广场"],
        "community": ["紫荆社区", "六合社区", "车站社区", "玉函社区", "长塘社区"],
        "village": ["刘家村", "杨柳村", "高桥村", "东湾村"],
        "town": ["金马镇", "北滘镇", "团结镇"],
        "landmark": ["第三中学", "妇幼保健院", "五里墩市场", "长途汽车站", "动物园", "省图书馆"],
        "park": ["高新产业园", "滨海工业园", "软件园"],
    },
}  # fmt: skip
PERSONS = ["王某某", "李某", "陈某某"]

_INSIDE = "{building}幢{entrance}单元{room}室"
_FULL = "{province}{city}{district}"

PATTERNS: dict[str, list[tuple[str, str]]] = {
    "clean": [
        (_FULL + "{street}{road}{house}号{compound}" + _INSIDE, "室"),
        (_FULL + "{road}{house}号", "院"),
        ("{city}{district}{street}{community}{road}{house}号", "院"),
        ("{city}{district}{compound}" + _INSIDE, "室"),
        ("{city}{district}{road}{house}号{tower}{building}座{room}室", "室"),
        ("{city}{district}{street}{community}", "社区"),
        (_FULL + "{road}", "路"),
    ],
    "missing city": [
        ("{district}{road}{house}号", "院"),
        ("{district}{street}{road}{house}号{compound}{building}幢", "幢"),
        ("{road}{house}号{compound}" + _INSIDE, "室"),
        ("{street}{community}{road}{house}号", "院"),
        ("{compound}{building}幢{room}室", "室"),
    ],
    "abbreviated division": [
        ("{city_short}{district_short}{road}{house}号", "院"),
        ("{city_short}{district}{road}{house}号{compound}{building}幢", "幢"),
        ("{province_short}{city_short}{district}{road}{house}号", "院"),
        ("{province_short}{city_short}{district_short}{road}{house}号" + _INSIDE, "室"),
        ("{city_short}{road}{house}号", "院"),
        ("{city_short}{district_short}{street}{road}{house}号", "院"),
    ],
    "full-width digits": [
        ("{district}{road}{house_wide}号{compound}{building_wide}幢{room_wide}室", "室"),
        ("{city}{district}{road}{house_wide}号", "院"),
        ("{compound}{building_wide}幢{entrance_wide}单元{room_wide}室", "室"),
    ],
    "Chinese numerals": [
        ("{district}{road}{house_han}号", "院"),
        ("{compound}{building_han}幢{entrance_han}单元{room_spoken}室", "室"),
        ("{city}{district}{road}{house_han}号{building_han}号楼{entrance_han}单元", "幢"),
        ("{compound}第{building_han}栋{room_spoken}房", "室"),
    ],
    "traditional characters": [
        ("{city}{district_trad}{road}{house}號{compound}{building}棟{room}室", "室"),
        ("{city:臺北市=台北市}{district:大安區=大安区}{community:光信里}{road:復興南路一段}{house}號", "院"),
        ("{city:台北市}{district:萬華區=萬華区}{road:桂林路}{house}號{floor}樓", "院"),
        (
            "{city:臺北市=台北市}{district:中山區=中山区}{community:中吉里}{group}鄰{road:南京東路二段}{house}號",
            "院",
        ),
        ("{city:臺北市=台北市}{district:北投區=北投区}{community:石牌里}{road:自強街}{house}號", "院"),
    ],
    "range": [
        ("{city:臺北市=台北市}{district:信義區=信義区}{community:五全里}{road:松山路}{range}號", "路"),
        ("{city:台北市}{district:文山區=文山区}{community:樟林里}{road:興隆路二段}{range}號", "路"),
        ("{district}{road}{range}号", "路"),
        ("{city:台北市}{district:士林區=士林区}{road:中正路}{range_spaced}號", "路"),
        ("{city}{district}{compound}{building_range}幢", "院"),
    ],
    "intersection": [
        ("{road}与{cross}交叉口", "路"),
        ("{city}{district}{road}和{cross}路口", "路"),
        ("{district}{road}/{cross}口", "路"),
        ("{city}{district}{road}、{cross}交叉路口东北角", "路"),
        ("{road}近{cross}", "路"),
    ],
    "near": [
        ("{city}{district}{road}{house}号{relation:附近}", "路"),
        ("{road}{house}号{relation:对面}", "路"),
        ("{district}{compound}{relation:旁边}", "none"),
        ("{road}{relation:附近}", "路"),
        ("{district}{road}{house}号{relation:斜对面}", "路"),
        ("{community}{compound}{relation:旁}", "社区"),
    ],
    "at": [
        ("{city}{district}{road}{house}号门口", "院"),
        ("{compound}{building}幢楼下", "幢"),
        ("{compound}{building}栋{entrance}单元门口", "幢"),
        ("{district}{road}{house}号院内", "院"),
        ("{compound}北门", "院"),
        ("{road}{house}号（红绿灯旁）", "院"),
    ],
    "floor": [
        ("{road}{house}号{floor}楼", "院"),
        ("{city}{district}{road}{house}号{tower}{floor}层", "院"),
        ("{compound}{building}幢{entrance}单元{floor}楼", "幢"),
        ("{road}{house}号{tower}{building}座{floor}楼{room}室", "室"),
        ("{road}{house}号{floor}F", "院"),
    ],
    "annexed number": [
        ("{city}{district}{road}{annex}", "院"),
        ("{road}{annex}号{room}室", "室"),
        ("{district}{road}{sub}号", "院"),
        ("{district}{road}{house}号{compound}{dashed}", "室"),
    ],
    "lane": [
        ("{city:上海市}{district:静安区}{road}{lane}{building}号{room}室", "室"),
        ("{city}{district}{road_lane}{house}号", "院"),
        ("{city:上海市}{district:徐汇区}{road}{lane}", "院"),
        ("{city:臺北市=台北市}{district:松山區=松山区}{road:八德路四段245巷52弄}{house}號", "院"),
        ("{city}{district}{road:槐花胡同}{house}号", "院"),
        ("{district}{road:小营里巷}{house}号", "院"),
    ],
    "village and group": [
        ("{district}{town}{village}{house}号", "院"),
        ("{city}{district}{town}{village}{group}组{house}号", "院"),
        ("{town}{village}{group}组", "社区"),
        ("{district}{town}{village}委会", "社区"),
        ("{province}{city}{district}{town}{village}第{group}村民小组", "社区"),
        ("{town}{village}{group}队{house}号", "院"),
    ],
    "industrial park": [
        ("{city}{district}{park}{building}号楼{room}室", "室"),
        ("{district}{road}{house}号{park}{building}幢", "幢"),
        ("{city}{district}{park}内", "院"),
        ("{park}{building}号厂房", "幢"),
    ],
    "duplicated parts": [
        ("{0:city}{0:district}{city}{district}{road}{house}号", "院"),
        ("{0:district}{district}{road}{house}号{compound}{building}幢", "幢"),
        ("{0:province}{0:city}{province}{city}{district}{road}{house}号", "院"),
        ("{city}{district}{0:road}{road}{house}号", "院"),
    ],
    "landmark only": [
        ("{landmark}", "院"),
        ("{landmark}门口", "院"),
        ("{district}{landmark}{relation:附近}", "none"),
        ("{tower}", "院"),
        ("{city}{district}{landmark}{relation:对面}", "none"),
    ],
    "phone or person around": [
        ("{phone}{district}{road}{house}号", "院"),
        ("报警人{person}称在{city}{district}{road}{house}号门口被撞", "院"),
        ("{district}{road}{house}号{compound}{building}幢{room}室 {person} {phone}", "室"),
        ("地址：{city}{district}{road}{house}号，电话{phone}", "院"),
        ("家住{compound}{building}幢{room}室，联系人{person}", "室"),
        ("{person}，{district}{road}{house}号", "院"),
    ],
    "typo in a name": [
        ("{city}{district_typo}{road}{house}号", "院"),
        ("{city_typo}{district}{road}{house}号{compound}{building}幢", "幢"),
        ("{city}{district}{street_typo}{road}{house}号", "院"),
    ],
    "punctuation and blanks": [
        ("{city} {district} {road} {house}号", "院"),
        ("{city}，{district}，{road}{house}号，{compound}{building}幢{room}室", "室"),
        ("{city}-{district}-{road}-{house}号", "院"),
        ("{district}（{street}）{road}{house}号", "院"),
        ("{road}{house} 号 {compound} {building} 幢 {room} 室", "室"),
    ],
    "unit words": [
        ("{road}{house}号{compound}{building}#{room}", "室"),
        ("{compound}{building}栋{entrance}门{room}", "室"),
        ("{compound}{building}号楼{entrance}单元{room}号", "室"),
        ("{compound}{dashed}", "室"),
        ("{compound}{building_letter}座{room}", "室"),
        ("{road}{house}号{building}幢{room}", "室"),
    ],
    "misleading names": [
        ("{road:重庆路}{house}号", "院"),
        ("{road:南京东路}{house}号", "院"),
        ("{city}{district}{road:北京中路}{house}号", "院"),
        ("{district}{road:市民大街}{house}号", "院"),
        ("{road:新区大道}{house}号", "院"),
        ("{city}{district}{road:城关镇街}{house}号", "院"),
        ("{compound:上海花园}{building}幢", "幢"),
        ("{district}{road:村前街}{house}号", "院"),
    ],
}
