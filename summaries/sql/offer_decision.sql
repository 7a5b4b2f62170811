-- Arrays are unnested side by side in a list of columns, which takes half as long as a function in
-- FROM. Comparing with <> lets the planner expect many rows, so that it groups them by hashing.
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, channel_id, decision_flow_id, offer_id, measure.*
FROM decisions_decisiontrace,
     LATERAL (SELECT unnest(outcome_offers) AS offer_id,
                     unnest(outcome_states) AS state,
                     unnest(outcome_ranks) AS rank) outcome,
     summaries_offer_measures(state, rank) measure
WHERE state & 1 <> 0
