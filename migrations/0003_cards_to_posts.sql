-- A card without a reference was not posted yet: it is planned anew.
INSERT INTO "posts" ("workspace", "key", "conversation_id", "room", "body", "rank", "ref", "shown_version", "attempts", "not_before", "created_at")
SELECT k."workspace", 'card:' || k."conversation_id", k."conversation_id", k."room",
	jsonb_build_object('kind', 'card', 'since', c."inbound_seq", 'surfacings', 0), 1, k."ref", k."shown_version", 1, c."created_at", c."created_at"
FROM "cards" k JOIN "conversations" c ON c."id" = k."conversation_id" WHERE k."ref" IS NOT NULL;--> statement-breakpoint
DROP TABLE "cards" CASCADE;
