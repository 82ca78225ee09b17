-- What landing 接警单 costs a bare engine: read the SQLite table as text, cast what the mapping casts, write
-- Parquet. No rules, keys, hashes, books or raw copy.
copy (
    select
        JJDBH as incident_no,
        BJFSBH as report_channel_raw,
        timezone('Asia/Shanghai', try_strptime(BJSJ, '%Y%m%d%H%M%S')) as event_at,
        cast(try_strptime(BJSJ, '%Y%m%d%H%M%S') as date) as event_date,
        extract(hour from try_strptime(BJSJ, '%Y%m%d%H%M%S')) as event_hour,
        try_cast(SDDWXZB as decimal(9, 6)) as longitude,
        try_cast(SDDWYZB as decimal(9, 6)) as latitude,
        BJLB as initial_class_raw,
        BJNR as content_text,
        GXSJ as source_version
    from source.pj_jjdb
) to '{target}' (format parquet, compression zstd)
