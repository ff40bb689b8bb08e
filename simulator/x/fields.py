"""The names of fields, expansions and query parameters that X knows for an app without a user."""

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
# fmt: on
