-- What extracting 接警单 from PostgreSQL costs the bare engine: the extension's own copy, in the compression that
-- landing writes. No key order, rules, mapping, hashes or books.
copy (select * from source.public.pj_jjdb) to '{target}' (format parquet, compression zstd, compression_level 1)
