SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, model, 1 AS conversions, total_value
FROM decisions_attribution
