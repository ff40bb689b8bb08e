"""The names of fields, expansions and query parameters that X knows, for an app alone and for an account."""

from typing import Final

# One name a line would be a hundred lines that nobody reads.
# fmt: off
POST_FIELDS: Final = frozenset({
    "article", "attachments", "author_id", "card_uri", "community_id", "context_annotations", "conversation_id",
    "created_at", "display_text_range", "edit_controls", "edit_history_tweet_ids", "entities", "geo", "id",
    "in_reply_to_user_id", "lang", "media_metadata", "note_tweet", "possibly_sensitive", "public_metrics",
    "referenced_tweets", "reply_settings", "scopes", "source", "text", "withheld",
})
USER_FIELDS: Final = frozenset({
    "affiliation", "created_at", "description", "entities", "id", "is_identity_verified", "location",
    "most_recent_tweet_id", "name", "parody", "pinned_tweet_id", "profile_banner_url", "profile_image_url",
    "protected", "public_metrics", "subscription_type", "url", "username", "verified",
    "verified_followers_count", "verified_type", "withheld",
})
ACCOUNT_FIELDS: Final = USER_FIELDS | {"connection_status", "receives_your_dm"}
DIRECT_FIELDS: Final = frozenset({
    "attachments", "created_at", "dm_conversation_id", "entities", "event_type", "id", "participant_ids",
    "referenced_tweets", "sender_id", "text",
})
DIRECT_EXPANSIONS: Final = frozenset({
    "attachments.media_keys", "participant_ids", "referenced_tweets.id", "sender_id",
})
EXPANSIONS: Final = frozenset({
    "article.cover_media", "article.media_entities", "attachments.media_keys", "attachments.poll_ids", "author_id",
    "edit_history_tweet_ids", "entities.mentions.username", "geo.place_id", "in_reply_to_user_id",
    "referenced_tweets.id", "referenced_tweets.id.author_id",
})
SHARED: Final = frozenset({
    "start_time", "end_time", "since_id", "until_id", "max_results", "pagination_token", "tweet.fields",
    "user.fields", "expansions", "media.fields", "poll.fields", "place.fields",
})
SEARCH: Final = SHARED | {"query", "next_token", "sort_order"}
LOOKUP: Final = frozenset({
    "ids", "tweet.fields", "user.fields", "expansions", "media.fields", "poll.fields", "place.fields",
})
TIMELINE: Final = SHARED | {"exclude"}
DIRECT: Final = frozenset({
    "max_results", "pagination_token", "event_types", "dm_event.fields", "expansions", "media.fields",
    "user.fields", "tweet.fields",
})
# fmt: on
