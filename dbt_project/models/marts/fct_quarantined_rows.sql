-- Grain: one quarantined source row version. Key: quarantined_row_id.
-- Steps: rows of one key that differ only in masked values, or not at all, are numbered apart.
with landed as (
    select * from {{ source('landed', 'quarantined_rows') }}
),

quarantined as (
    select
        *,
        row_number() over (
            partition by batch_id, source_table, source_file, source_line, source_key, raw_values_masked
            order by rule_ids
        ) as copy_number
    from landed
),

units as (
    select * from {{ ref('dim_unit') }}
),

final as (
    select
        {{ surrogate_key([
            'quarantined.batch_id', 'quarantined.source_table', 'quarantined.source_file',
            'quarantined.source_line', 'quarantined.source_key', 'quarantined.raw_values_masked',
            'quarantined.copy_number'
        ]) }} as quarantined_row_id,
        quarantined.source_system,
        quarantined.source_table,
        quarantined.rule_id,
        quarantined.rule_ids,
        quarantined.failing_columns,
        quarantined.source_key,
        quarantined.source_file,
        quarantined.source_line,
        quarantined.batch_id,
        quarantined.raw_values_masked,
        quarantined.event_date,
        units.unit_id,
        quarantined.unit_no,
        quarantined.first_seen_at as first_seen_date
    from quarantined
    left join units on quarantined.unit_no = units.unit_no
)

select * from final
