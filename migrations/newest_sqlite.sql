CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE mentions (
	id INTEGER NOT NULL,
	network TEXT NOT NULL,
	external_id TEXT NOT NULL,
	source TEXT NOT NULL,
	kind TEXT NOT NULL,
	url TEXT NOT NULL,
	author_id TEXT NOT NULL,
	author_name TEXT NOT NULL,
	author_handle TEXT,
	followers BIGINT,
	text TEXT NOT NULL,
	text_version INTEGER DEFAULT '1' NOT NULL,
	published_at BIGINT NOT NULL,
	thread TEXT,
	reach BIGINT,
	place TEXT,
	heard_at BIGINT NOT NULL,
	stage SMALLINT DEFAULT '0' NOT NULL,
	tries INTEGER DEFAULT '0' NOT NULL,
	judge_after BIGINT DEFAULT '0' NOT NULL,
	error TEXT, is_own BOOLEAN DEFAULT false NOT NULL, extra TEXT, edited_at BIGINT, deleted_at BIGINT, deleter TEXT,
	CONSTRAINT pk_mentions PRIMARY KEY (id),
	CONSTRAINT uq_mentions UNIQUE (network, external_id)
);

CREATE INDEX ix_mentions_waiting ON mentions (id) WHERE stage = 0;

CREATE TABLE verdicts (
	mention_id INTEGER NOT NULL,
	brand TEXT NOT NULL,
	text_version INTEGER NOT NULL,
	words TEXT NOT NULL,
	reason TEXT NOT NULL,
	negative DOUBLE NOT NULL,
	neutral DOUBLE NOT NULL,
	positive DOUBLE NOT NULL,
	label TEXT NOT NULL,
	complaint DOUBLE NOT NULL,
	intent TEXT NOT NULL,
	topics TEXT NOT NULL,
	urgency DOUBLE NOT NULL,
	evidence TEXT NOT NULL,
	model TEXT NOT NULL,
	outcome TEXT NOT NULL,
	judged_at BIGINT NOT NULL, dangers TEXT DEFAULT '[]' NOT NULL, reasons TEXT DEFAULT '[]' NOT NULL,
	CONSTRAINT pk_verdicts PRIMARY KEY (mention_id, brand),
	CONSTRAINT fk_verdicts_mention_id FOREIGN KEY(mention_id) REFERENCES mentions (id) ON DELETE CASCADE
);

CREATE TABLE cases (
	id INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	brand TEXT NOT NULL,
	brand_title TEXT NOT NULL,
	network TEXT NOT NULL,
	author_id TEXT NOT NULL,
	thread TEXT NOT NULL,
	author_name TEXT NOT NULL,
	author_handle TEXT,
	followers BIGINT,
	owner TEXT,
	opened_at BIGINT NOT NULL,
	warn_at BIGINT,
	due_at BIGINT,
	breach_at BIGINT,
	snoozed_until BIGINT, stage TEXT DEFAULT 'new' NOT NULL, waiting_for TEXT DEFAULT 'us' NOT NULL, outcome TEXT, cause TEXT, rung TEXT, next_timer_at BIGINT, engineers_due_at BIGINT, receiver TEXT, signature TEXT, also_in TEXT, idle_warn_at BIGINT, idle_return_at BIGINT, touched_at BIGINT,
	CONSTRAINT pk_cases PRIMARY KEY (id),
	CONSTRAINT uq_cases UNIQUE (brand, network, author_id, thread)
);

CREATE INDEX ix_cases_opened ON cases (brand, opened_at);

CREATE TABLE case_mentions (
	case_id INTEGER NOT NULL,
	mention_id INTEGER NOT NULL,
	published_at BIGINT NOT NULL,
	strength TEXT DEFAULT 'complaint' NOT NULL,
	CONSTRAINT pk_case_mentions PRIMARY KEY (case_id, mention_id),
	CONSTRAINT fk_case_mentions_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
	CONSTRAINT fk_case_mentions_mention_id FOREIGN KEY(mention_id) REFERENCES mentions (id) ON DELETE CASCADE
);

CREATE INDEX ix_case_mentions_mention ON case_mentions (mention_id);

CREATE TABLE actions (
	id INTEGER NOT NULL,
	messenger TEXT NOT NULL,
	"key" TEXT NOT NULL,
	case_id BIGINT NOT NULL,
	who TEXT NOT NULL,
	user TEXT NOT NULL,
	action TEXT NOT NULL,
	applied BOOLEAN NOT NULL,
	answer TEXT NOT NULL,
	at BIGINT NOT NULL, reason TEXT,
	CONSTRAINT pk_actions PRIMARY KEY (id),
	CONSTRAINT uq_actions UNIQUE (messenger, "key")
);

CREATE INDEX ix_actions_case ON actions (case_id);

CREATE TABLE cursors (
	source TEXT NOT NULL,
	cursor TEXT NOT NULL,
	moved_at BIGINT NOT NULL,
	CONSTRAINT pk_cursors PRIMARY KEY (source)
);

CREATE TABLE usage (
	"key" TEXT NOT NULL,
	day TEXT NOT NULL,
	used BIGINT NOT NULL,
	CONSTRAINT pk_usage PRIMARY KEY ("key", day)
);

CREATE TABLE aliases (
	messenger TEXT NOT NULL,
	chat TEXT NOT NULL,
	moved_to TEXT NOT NULL,
	moved_at BIGINT NOT NULL,
	CONSTRAINT pk_aliases PRIMARY KEY (messenger, chat)
);

CREATE TABLE case_events (
	case_id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	kind TEXT NOT NULL,
	version SMALLINT NOT NULL,
	actor TEXT NOT NULL,
	actor_id TEXT,
	actor_name TEXT,
	payload TEXT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_case_events PRIMARY KEY (case_id, number),
	CONSTRAINT fk_case_events_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE TABLE card_views (
	id INTEGER NOT NULL,
	receiver TEXT NOT NULL,
	messenger TEXT NOT NULL,
	chat TEXT NOT NULL,
	topic BIGINT NOT NULL,
	priority SMALLINT NOT NULL,
	state TEXT NOT NULL,
	ref TEXT,
	tries INTEGER DEFAULT '0' NOT NULL,
	unknown BOOLEAN DEFAULT false NOT NULL,
	due_at BIGINT NOT NULL,
	worker TEXT,
	error TEXT,
	created_at BIGINT NOT NULL,
	delivered_at BIGINT,
	case_id INTEGER NOT NULL,
	wanted INTEGER NOT NULL,
	shown INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_card_views PRIMARY KEY (id),
	CONSTRAINT uq_card_views UNIQUE (case_id, messenger, chat, topic),
	CONSTRAINT fk_card_views_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE INDEX ix_card_views_queue ON card_views (messenger, chat, topic, priority, due_at) WHERE state IN ('due', 'sending');

CREATE TABLE notices (
	id INTEGER NOT NULL,
	receiver TEXT NOT NULL,
	messenger TEXT NOT NULL,
	chat TEXT NOT NULL,
	topic BIGINT NOT NULL,
	priority SMALLINT NOT NULL,
	state TEXT NOT NULL,
	ref TEXT,
	tries INTEGER DEFAULT '0' NOT NULL,
	unknown BOOLEAN DEFAULT false NOT NULL,
	due_at BIGINT NOT NULL,
	worker TEXT,
	error TEXT,
	created_at BIGINT NOT NULL,
	delivered_at BIGINT,
	case_id INTEGER,
	dedup_key TEXT NOT NULL,
	version SMALLINT NOT NULL,
	payload TEXT NOT NULL,
	CONSTRAINT pk_notices PRIMARY KEY (id),
	CONSTRAINT uq_notices UNIQUE (messenger, chat, topic, dedup_key),
	CONSTRAINT fk_notices_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE INDEX ix_notices_queue ON notices (messenger, chat, topic, priority, due_at) WHERE state IN ('due', 'sending');

CREATE INDEX ix_notices_case ON notices (case_id);

CREATE TABLE prompts (
	messenger TEXT NOT NULL,
	chat TEXT NOT NULL,
	ref TEXT NOT NULL,
	user TEXT NOT NULL,
	case_id BIGINT NOT NULL,
	action TEXT NOT NULL,
	asked_at BIGINT NOT NULL,
	CONSTRAINT pk_prompts PRIMARY KEY (messenger, chat, ref)
);

CREATE TABLE gaps (
	id INTEGER NOT NULL,
	source TEXT NOT NULL,
	since BIGINT,
	until BIGINT NOT NULL,
	cause TEXT NOT NULL,
	closed_at BIGINT, read_again INTEGER DEFAULT '0' NOT NULL, lost BOOLEAN DEFAULT false NOT NULL,
	CONSTRAINT pk_gaps PRIMARY KEY (id)
);

CREATE INDEX ix_gaps_source ON gaps (source, until);

CREATE TABLE people (
	messenger TEXT NOT NULL,
	user TEXT NOT NULL,
	person TEXT NOT NULL,
	name TEXT NOT NULL,
	seen_at BIGINT NOT NULL,
	CONSTRAINT pk_people PRIMARY KEY (messenger, user, person)
);

CREATE INDEX ix_cases_author ON cases (network, author_id);

CREATE INDEX ix_cases_timed ON cases (next_timer_at) WHERE next_timer_at IS NOT NULL;

CREATE INDEX ix_notices_ref ON notices (messenger, chat, ref);

CREATE TABLE outbound (
	id INTEGER NOT NULL,
	case_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	brand TEXT NOT NULL,
	network TEXT NOT NULL,
	author_id TEXT NOT NULL,
	page TEXT,
	version SMALLINT NOT NULL,
	target TEXT NOT NULL,
	text TEXT NOT NULL,
	author TEXT NOT NULL,
	confirmed_by TEXT,
	approved_by TEXT,
	unsolicited BOOLEAN DEFAULT false NOT NULL,
	link TEXT,
	token TEXT,
	of_id BIGINT,
	messenger TEXT,
	press TEXT,
	sent_ref TEXT,
	sent_url TEXT,
	reason TEXT,
	error TEXT,
	tries INTEGER DEFAULT '0' NOT NULL,
	unknown BOOLEAN DEFAULT false NOT NULL,
	due_at BIGINT NOT NULL,
	worker TEXT,
	created_at BIGINT NOT NULL,
	confirmed_at BIGINT,
	sent_at BIGINT,
	look_at BIGINT,
	gone_at BIGINT,
	CONSTRAINT pk_outbound PRIMARY KEY (id),
	CONSTRAINT fk_outbound_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE,
	CONSTRAINT uq_outbound UNIQUE (messenger, press)
);

CREATE INDEX ix_outbound_queue ON outbound (network, due_at) WHERE state IN ('confirmed', 'sending');

CREATE INDEX ix_outbound_case ON outbound (case_id);

CREATE INDEX ix_outbound_author ON outbound (brand, network, author_id);

CREATE INDEX ix_outbound_sent ON outbound (network, sent_ref);

CREATE UNIQUE INDEX ix_outbound_token ON outbound (token);

CREATE TABLE messages (
	id INTEGER NOT NULL,
	network TEXT NOT NULL,
	external_id TEXT NOT NULL,
	page TEXT NOT NULL,
	customer_id TEXT NOT NULL,
	customer_name TEXT NOT NULL,
	customer_handle TEXT,
	incoming BOOLEAN NOT NULL,
	text TEXT NOT NULL,
	text_version INTEGER DEFAULT '1' NOT NULL,
	attached TEXT DEFAULT '[]' NOT NULL,
	ref TEXT,
	at BIGINT NOT NULL,
	edited_at BIGINT,
	deleted_at BIGINT,
	heard_at BIGINT NOT NULL,
	case_id INTEGER,
	outbound_id BIGINT,
	CONSTRAINT pk_messages PRIMARY KEY (id),
	CONSTRAINT fk_messages_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE SET NULL,
	CONSTRAINT uq_messages UNIQUE (network, external_id)
);

CREATE INDEX ix_messages_case ON messages (case_id);

CREATE INDEX ix_messages_customer ON messages (network, customer_id, at);

CREATE TABLE learned (
	network TEXT NOT NULL,
	page TEXT NOT NULL,
	scope TEXT NOT NULL,
	"key" TEXT NOT NULL,
	reason TEXT,
	at BIGINT NOT NULL,
	CONSTRAINT pk_learned PRIMARY KEY (network, page, scope, "key")
);

CREATE TABLE do_not_contact (
	brand TEXT NOT NULL,
	network TEXT NOT NULL,
	author_id TEXT NOT NULL,
	case_id BIGINT NOT NULL,
	person TEXT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_do_not_contact PRIMARY KEY (brand, network, author_id)
);

CREATE TABLE digests (
	id INTEGER NOT NULL,
	receiver TEXT NOT NULL,
	messenger TEXT NOT NULL,
	chat TEXT NOT NULL,
	topic BIGINT NOT NULL,
	priority SMALLINT NOT NULL,
	state TEXT NOT NULL,
	ref TEXT,
	tries INTEGER DEFAULT '0' NOT NULL,
	unknown BOOLEAN DEFAULT false NOT NULL,
	due_at BIGINT NOT NULL,
	worker TEXT,
	error TEXT,
	created_at BIGINT NOT NULL,
	delivered_at BIGINT,
	why TEXT NOT NULL,
	wanted INTEGER NOT NULL,
	shown INTEGER DEFAULT '0' NOT NULL,
	page INTEGER DEFAULT '0' NOT NULL, incident_id INTEGER,
	CONSTRAINT pk_digests PRIMARY KEY (id)
);

CREATE INDEX ix_digests_queue ON digests (messenger, chat, topic, priority, due_at) WHERE state IN ('due', 'sending');

CREATE TABLE digest_cases (
	digest_id INTEGER NOT NULL,
	place INTEGER NOT NULL,
	case_id INTEGER NOT NULL,
	CONSTRAINT pk_digest_cases PRIMARY KEY (digest_id, place),
	CONSTRAINT fk_digest_cases_digest_id FOREIGN KEY(digest_id) REFERENCES digests (id) ON DELETE CASCADE,
	CONSTRAINT fk_digest_cases_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE INDEX ix_digest_cases_case ON digest_cases (case_id);

CREATE TABLE chats (
	messenger TEXT NOT NULL,
	chat TEXT NOT NULL,
	topic BIGINT NOT NULL,
	state TEXT NOT NULL,
	since BIGINT NOT NULL,
	until BIGINT NOT NULL,
	reason TEXT NOT NULL,
	tries INTEGER NOT NULL,
	CONSTRAINT pk_chats PRIMARY KEY (messenger, chat, topic)
);

CREATE TABLE listening (
	source TEXT NOT NULL,
	began_at BIGINT NOT NULL,
	heard_at BIGINT NOT NULL,
	every_seconds INTEGER,
	CONSTRAINT pk_listening PRIMARY KEY (source)
);

CREATE TABLE pulses (
	worker TEXT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_pulses PRIMARY KEY (worker)
);

CREATE TABLE turns (
	person TEXT NOT NULL,
	receiver TEXT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_turns PRIMARY KEY (person, receiver)
);

CREATE TABLE mutes (
	brand TEXT NOT NULL,
	kind TEXT NOT NULL,
	what TEXT NOT NULL,
	until BIGINT NOT NULL,
	case_id BIGINT NOT NULL,
	person TEXT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_mutes PRIMARY KEY (brand, kind, what)
);

CREATE TABLE text_keys (
	brand TEXT NOT NULL,
	"key" TEXT NOT NULL,
	case_id INTEGER NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_text_keys PRIMARY KEY (brand, "key"),
	CONSTRAINT fk_text_keys_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE INDEX ix_text_keys_case_id ON text_keys (case_id);

CREATE TABLE case_groups (
	case_id INTEGER NOT NULL,
	what TEXT NOT NULL,
	brand TEXT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_case_groups PRIMARY KEY (case_id, what),
	CONSTRAINT fk_case_groups_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE INDEX ix_case_groups_what ON case_groups (brand, what, at);

CREATE TABLE case_hours (
	brand TEXT NOT NULL,
	what TEXT NOT NULL,
	hour BIGINT NOT NULL,
	count INTEGER NOT NULL,
	CONSTRAINT pk_case_hours PRIMARY KEY (brand, what, hour)
);

CREATE TABLE incidents (
	id INTEGER NOT NULL,
	brand TEXT NOT NULL,
	brand_title TEXT NOT NULL,
	what TEXT NOT NULL,
	usual DOUBLE NOT NULL,
	since BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	owner TEXT,
	calm_at BIGINT,
	over_at BIGINT,
	next_look_at BIGINT,
	CONSTRAINT pk_incidents PRIMARY KEY (id)
);

CREATE UNIQUE INDEX ix_incidents_open ON incidents (brand, what) WHERE over_at IS NULL;

CREATE INDEX ix_incidents_looked_at ON incidents (next_look_at) WHERE next_look_at IS NOT NULL;

CREATE TABLE incident_cases (
	incident_id INTEGER NOT NULL,
	case_id INTEGER NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_incident_cases PRIMARY KEY (incident_id, case_id),
	CONSTRAINT fk_incident_cases_incident_id FOREIGN KEY(incident_id) REFERENCES incidents (id) ON DELETE CASCADE,
	CONSTRAINT fk_incident_cases_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE INDEX ix_incident_cases_case_id ON incident_cases (case_id);

CREATE INDEX ix_digests_incident_id ON digests (incident_id);

CREATE TABLE solutions (
	case_id INTEGER NOT NULL,
	brand TEXT NOT NULL,
	question TEXT NOT NULL,
	answer TEXT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_solutions PRIMARY KEY (case_id),
	CONSTRAINT fk_solutions_case_id FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
);

CREATE VIRTUAL TABLE solutions_words
USING fts5(question, content='solutions', content_rowid='case_id', tokenize='unicode61', prefix='4 5 6');

CREATE TRIGGER solutions_in AFTER INSERT ON solutions BEGIN
    INSERT INTO solutions_words(rowid, question) VALUES (new.case_id, new.question);
END;

CREATE TRIGGER solutions_out AFTER DELETE ON solutions BEGIN
    INSERT INTO solutions_words(solutions_words, rowid, question) VALUES ('delete', old.case_id, old.question);
END;

CREATE TRIGGER solutions_anew AFTER UPDATE ON solutions BEGIN
    INSERT INTO solutions_words(solutions_words, rowid, question) VALUES ('delete', old.case_id, old.question);
    INSERT INTO solutions_words(rowid, question) VALUES (new.case_id, new.question);
END;

CREATE TABLE corrections (
	version TEXT NOT NULL,
	state TEXT NOT NULL,
	content TEXT NOT NULL,
	trained_at BIGINT NOT NULL,
	promoted_at BIGINT,
	instead_of TEXT,
	CONSTRAINT pk_corrections PRIMARY KEY (version)
);

CREATE TABLE shadow_verdicts (
	mention_id INTEGER NOT NULL,
	brand TEXT NOT NULL,
	model TEXT NOT NULL,
	complaint DOUBLE NOT NULL,
	judged_at BIGINT NOT NULL,
	CONSTRAINT pk_shadow_verdicts PRIMARY KEY (mention_id, brand),
	CONSTRAINT fk_shadow_verdicts_mention_id FOREIGN KEY(mention_id) REFERENCES mentions (id) ON DELETE CASCADE
);

CREATE INDEX ix_shadow_verdicts_judged_at ON shadow_verdicts (judged_at);

CREATE TABLE lessons (
	id INTEGER NOT NULL,
	at BIGINT NOT NULL,
	kind TEXT NOT NULL,
	brand TEXT,
	version SMALLINT NOT NULL,
	payload TEXT NOT NULL,
	CONSTRAINT pk_lessons PRIMARY KEY (id)
);

CREATE INDEX ix_lessons_at ON lessons (at);

CREATE TABLE incident_events (
	incident_id INTEGER NOT NULL,
	number INTEGER NOT NULL,
	kind TEXT NOT NULL,
	version SMALLINT NOT NULL,
	actor TEXT NOT NULL,
	actor_id TEXT,
	actor_name TEXT,
	payload TEXT NOT NULL,
	at BIGINT NOT NULL,
	CONSTRAINT pk_incident_events PRIMARY KEY (incident_id, number),
	CONSTRAINT fk_incident_events_incident_id FOREIGN KEY(incident_id) REFERENCES incidents (id) ON DELETE CASCADE
);

CREATE INDEX ix_cases_thread ON cases (brand, network, thread);

CREATE TABLE terms (
	receiver TEXT NOT NULL,
	terms TEXT NOT NULL,
	CONSTRAINT pk_terms PRIMARY KEY (receiver)
);

CREATE TABLE deletions (
	network TEXT NOT NULL,
	external_id TEXT NOT NULL,
	at BIGINT NOT NULL,
	deleter TEXT,
	CONSTRAINT pk_deletions PRIMARY KEY (network, external_id)
);

CREATE INDEX ix_deletions_at ON deletions (at);

INSERT INTO alembic_version VALUES ('0014');
