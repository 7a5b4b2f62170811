"""Who appears in the examples: a shop that shows winter offers by email and in its app."""

BOOTS = {"offerId": "offer_001", "offerName": "Winter boots, 20 % off"}
SCARF = {"offerId": "offer_002", "offerName": "Free scarf with any coat"}
EMAIL = {"channelId": "ch_email", "channelName": "Email"}
APP = {"channelId": "ch_app", "channelName": "Mobile app"}
PERFORMANCE = {
    "impressions": 5210,
    "conversions": 148,
    "revenue": 8864.5,
    "conversionRate": 148 / 5210,
}
