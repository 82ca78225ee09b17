-- Rows of 巡组定位点 (gps.qw_gpsd) of one day: {rows} points of {devices} devices, one a minute each, the types of the
-- device's export. Every value follows from day and number, so every run makes the same rows.
with numbered as (
    select
        i,
        hash(i, '{day}') as noise,
        i % {devices} as device,
        i // {devices} as minute
    from range({rows}) as numbers(i)
)
select
    if(noise % 10007 = 0, 'ZD51', 'ZD5' || lpad(cast(device as varchar), 5, '0')) as "ZDBH",
    'XZ' || lpad(cast(device // 2 as varchar), 4, '0') as "XZBH",
    '9999015' || (device % 9 + 1) || '0000' as "DWBH",
    if(noise % 20011 = 1, null, timestamp '{day} 00:00:00' + to_seconds(60 * minute + noise % 50)) as "DWSJ",
    if(noise % 5003 = 2, 121.9, round(120.21 + device * 0.0002 + minute * 0.0001 + noise % 700 / 1e7, 6)) as "JD",
    if(noise % 5003 = 2, 31.9, round(30.01 + device * 0.0001 + minute * 0.00005 + noise // 700 % 700 / 1e7, 6)) as "WD",
    cast(if(noise % 4001 = 3, 20000, noise % 40) as integer) as "DWJD",
    cast(if(noise % 4003 = 4, 160, noise % 60) as integer) as "SD",
    cast(noise % 3 + 1 as varchar) as "QWZT"
from numbered
order by i
