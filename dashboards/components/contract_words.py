"""Words of contracts and mappings in plain Chinese.

Belongs here: what a declared type, class, constraint or transform is called. Does not belong here: rules, which bring
their own title, and severities and statuses of checks (``components.checks``).
"""

from __future__ import annotations

CLASSES = {"public": "公开", "internal": "内部", "personal": "个人信息", "sensitive": "敏感"}
TYPES = {
    "string": "文字", "integer": "整数", "number": "数", "date": "日期", "timestamp": "日期时间", "boolean": "是否",
    "time": "时间",
}  # fmt: skip
OPTIONS = {
    "pattern": "样式", "minLength": "最短", "maxLength": "最长", "minimum": "最小", "maximum": "最大", "format": "写法",
    "exclusiveMinimum": "大于", "exclusiveMaximum": "小于", "multipleOf": "倍数", "timezone": "时区", "enum": "只能是",
}  # fmt: skip
TRANSFORMS = {
    "where": "决定取哪些行", "value": "固定值", "text": "照录", "record_key": "由主键生成编号", "pseudonym": "换成化名",
    "local_date": "取当地日期", "first_date": "取第一个有值的日期", "local_timestamp": "取时刻", "local_hour": "取小时",
    "date": "取日期", "month_start": "取月初", "integer": "取整数", "decimal": "取小数", "boolean": "取是否",
    "lookup": "按代码表换算",
    "most_specific": "取最细的一级", "coalesce": "取第一个有值的", "concat": "连成一段", "split_code": "按位拆开代码",
    "longitude": "取经度", "latitude": "取纬度", "id_no_valid": "校验证件号", "absent_if": "按条件视为没有",
    "birth_date_from_id": "由证件号取出生日期", "amount_fen": "折成分", "replace": "替换文字", "regex": "按格式截取",
    "strip_prefix": "去掉前缀", "zero_pad": "补足位数", "from_file_name": "取自文件名", "roc_date": "民国日期换算",
    "wkt_from_geojson": "转换边界", "wkt": "换算边界坐标", "record_label": "由主键或文件行号写成题名",
    "text_or_record_label": "照录，空的由主键或文件行号写成题名", "taiwan_text": "照录，台写成臺",
    "is_time_ambiguous": "判断当地时间是否有歧义", "time_slot_start": "取时段起点", "time_slot_end": "取时段终点",
    "time_slot_midpoint": "取时段中点", "slot_midpoint_date": "取时段中点的日期",
    "slot_midpoint_hour": "取时段中点的小时",
}  # fmt: skip
"""Transform of a mapping → what it does, in plain Chinese."""
