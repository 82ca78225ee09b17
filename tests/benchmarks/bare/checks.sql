-- The row rules of 巡组定位点 (gps.qw_gpsd) as one hand-written pass over the same files; one count a rule. Columns that
-- the files type as the contract does cannot break a type clause but by a number that is none.
select
    count(*) filter (where nullif(rtrim(ZDBH), '') is null) as "ZDBH.required",
    count(*) filter (where not regexp_full_match(nullif(rtrim(ZDBH), ''), 'ZD[0-9]{{6}}')) as "ZDBH.pattern",
    count(*) filter (where DWSJ is null) as "DWSJ.required",
    count(*) filter (where not isfinite(DWSJ)) as "DWSJ.format",
    count(*) filter (where not isfinite(JD)) as "JD.type",
    count(*) filter (where not isfinite(WD)) as "WD.type",
    count(*) filter (where try_cast(DWJD as bigint) is null and DWJD is not null) as "DWJD.type",
    count(*) filter (where DWJD < 0) as "DWJD.minimum",
    count(*) filter (where DWJD > 10000) as "DWJD.maximum",
    count(*) filter (where try_cast(SD as bigint) is null and SD is not null) as "SD.type",
    count(*) filter (where SD < 0) as "SD.minimum",
    count(*) filter (where SD > 400) as "SD.maximum",
    count(*) filter (
        where (JD < 120.2 or JD > 120.48 or WD < 30.0 or WD > 30.2) and not (JD = 0 and WD = 0)
    ) as "coordinates_in_district",
    count(*) filter (where not DWJD <= 200) as "accuracy_usable",
    count(*) filter (where not SD <= 150) as "speed_plausible",
    count(*) filter (where DWSJ is not null and JD is null) as "position_present"
from read_parquet('{files}')
