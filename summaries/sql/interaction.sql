SELECT row.id AS log_id, row.occurred_at AS log_at, row.customer_id,
       row.occurred_at::date AS day, row.offer_id, row.channel_id,
       1::bigint AS interactions,
       (type.category = 'impression')::integer::bigint AS impressions,
       (type.classification = 'positive')::integer::bigint AS positive,
       (type.classification = 'negative')::integer::bigint AS negative,
       type.is_conversion::integer::bigint AS conversions,
       coalesce(row.value, 0) AS revenue,
       coalesce(row.cost, 0) AS cost
FROM decisions_interaction row
JOIN decisions_outcometype type ON type.id = row.outcome_type_id
