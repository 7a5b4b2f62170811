SELECT id AS log_id, started_at AS log_at,
       started_at::date AS day, latency_ms, 1 AS runs
FROM decisions_run
WHERE status IN ('completed', 'failed') AND latency_ms IS NOT NULL
