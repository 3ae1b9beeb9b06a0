CREATE TABLE "audiences" (
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"date" text NOT NULL,
	"followers" integer NOT NULL,
	CONSTRAINT "audiences_pkey" PRIMARY KEY("channel","account","date")
);
--> statement-breakpoint
CREATE TABLE "counted_periods" (
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone NOT NULL,
	"fingerprint" text NOT NULL,
	"content" jsonb NOT NULL,
	"counted_at" timestamp with time zone NOT NULL,
	CONSTRAINT "counted_periods_pkey" PRIMARY KEY("from_at","to_at","fingerprint")
);
--> statement-breakpoint
CREATE TABLE "outcomes" (
	"interaction_id" uuid NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"conversation_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"is_first" boolean NOT NULL,
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"kind" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"theme" text,
	"sentiment" text,
	"urgency" text,
	"language" text,
	"topics" jsonb NOT NULL,
	"rating" integer,
	"recommends" integer,
	"settled_at" timestamp with time zone,
	"settled_as" text,
	"dismissed_reason" text,
	"undone_at" timestamp with time zone,
	"reply_id" uuid,
	"approved_by" text,
	"drafted_at" timestamp with time zone,
	"approved_at" timestamp with time zone,
	"accepted_at" timestamp with time zone,
	"edited_share" real,
	"is_by_hand" boolean NOT NULL,
	CONSTRAINT "outcomes_pkey" PRIMARY KEY("interaction_id","since")
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text,
	"workspace" text NOT NULL,
	"plan" jsonb,
	"content" jsonb,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "reports_key" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "surges" (
	"theme" text NOT NULL,
	"topic" text NOT NULL,
	"began_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "surges_pkey" PRIMARY KEY("theme","topic")
);
--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "warned_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "late_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "interactions" ADD COLUMN "recommends" integer;--> statement-breakpoint
CREATE INDEX "outcomes_received" ON "outcomes" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "outcomes_settled" ON "outcomes" USING btree ("settled_at","since");--> statement-breakpoint
CREATE INDEX "outcomes_conversation" ON "outcomes" USING btree ("conversation_id","seq");--> statement-breakpoint
CREATE INDEX "reports_created" ON "reports" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "events_undelivered" ON "events" USING btree ("at") WHERE type in ('reply.failed', 'reply.rejected', 'reply.unknown');