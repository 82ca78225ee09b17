-- Rows of 接警单 (case.pj_jjdb) numbered {first} to {last} of {rows}, spread over the {days} days that end with the
-- as-of of the benchmarks (2026-06-30). Shares of empty and wrong values and the length of the texts are those of
-- the demo's simulated case system. Every value follows from the row's number, so every run makes the same rows.
with numbered as (
    select
        i,
        date '2026-06-30' - cast({days} - 1 - i * {days} // {rows} as integer) as day,
        hash(i) % 86340 as second,
        hash(i, 'noise') as noise,
        hash(i, 'fault') % 1000 as fault,
        '9999015' || (hash(i, 'unit') % 9 + 1) as unit,
        list_value(
            'caseType110100600', 'caseType110100200', 'caseType110200100', 'caseType110201000', 'caseType110300100',
            'caseType110300200', 'caseType110500100', 'caseType110600100'
        )[cast(hash(i, 'class') % 8 as integer) + 1] as class,
        list_value('中山', '育才', '兴业', '科技', '建设', '临江', '桃源', '解放')[cast(hash(i, 'road') % 8 as integer) + 1]
            || '路' || (hash(i, 'house') % 700 + 1) || '号' || (hash(i, 'block') % 20 + 1) || '幢' as address,
        list_value(
            '有人打架', '汽车撞到电动车', '车位被占，联系不上车主', '店里东西被人拿走没付钱',
            '下载一个软件刷单，钱提不出来', '老人走失，穿蓝色上衣'
        )[cast(hash(i, 'story') % 6 as integer) + 1] as story
    from range({first}, {last}) as numbers(i)
),
timed as (
    select
        *,
        day + to_seconds(second) as reported,
        strftime(day, '%Y%m%d') || lpad(cast(i % 1000000 as varchar), 6, '0') as number
    from numbered
)
select
    '999901' || number as "JJDBH",
    cast(null as varchar) as "GLJJDBH",
    if(noise % 20 < 19, '01', '02') as "BJFSBH",
    strftime(reported, '%Y%m%d%H%M%S') as "BJSJ",
    strftime(reported + to_seconds(if(fault = 1, -90, noise % 60)), '%Y%m%d%H%M%S') as "JJSJ",
    case
        when noise % 100 < 7 then null
        when fault in (2, 3) then '154-' || noise % 100
        else '154' || lpad(cast(hash(noise % ({rows} * 2 // 5)) % 100000000 as varchar), 8, '0')
    end as "BJDH",
    if(
        noise % 10 < 7,
        list_value('沈', '唐', '赵', '吕', '周', '吴')[cast(noise % 6 as integer) + 1]
            || list_value('宁', '兰', '杰秀', '洋', '明', '小红')[cast(noise // 7 % 6 as integer) + 1],
        null
    ) as "BJRXM",
    if(noise % 10 < 6, cast(noise % 2 + 1 as varchar), null) as "BJRXB",
    address as "SFDZ",
    story || '，在' || address as "BJNR",
    unit || '0000' as "GXDWBH",
    unit || lpad(cast(noise % 6 + 1 as varchar), 2, '0') || '00' as "ZRQBH",
    left(class, 12) || '00000' as "BJLB",
    class as "BJLX",
    if(noise % 10 < 3, class || '.0' || (noise % 3 + 1) || '.01', null) as "BJXL",
    if(noise % 100 < 93, printf('%.6f', if(fault = 4, 121.9, 120.21 + hash(i, 'x') % 260000 / 1e6)), null) as "SDDWXZB",
    if(noise % 100 < 93, printf('%.6f', 30.01 + hash(i, 'y') % 180000 / 1e6), null) as "SDDWYZB",
    cast(noise % 3 + 1 as varchar) as "JQJB",
    '0' as "BKRS",
    if(noise % 50 = 0, '1', '0') as "SSRS",
    '0' as "SWRS",
    if(fault = 5, '9', '0') as "SFSW",
    if(fault = 6, null, strftime(reported + to_seconds(600 + noise % 80000), '%Y%m%d%H%M%S')) as "GXSJ"
from timed
order by i
