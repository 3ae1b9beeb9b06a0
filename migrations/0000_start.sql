CREATE TABLE "attachments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"interaction_id" uuid NOT NULL,
	"name" text NOT NULL,
	"media_type" text NOT NULL,
	"bytes" integer NOT NULL,
	"content" "bytea"
);
--> statement-breakpoint
CREATE TABLE "cards" (
	"workspace" text NOT NULL,
	"conversation_id" uuid NOT NULL,
	"room" text NOT NULL,
	"ref" jsonb,
	"shown_version" integer NOT NULL,
	"held_until" timestamp with time zone,
	CONSTRAINT "cards_pkey" PRIMARY KEY("workspace","conversation_id")
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"external_id" text NOT NULL,
	"customer_id" uuid NOT NULL,
	"subject" text,
	"state" text NOT NULL,
	"inbound_seq" integer NOT NULL,
	"version" integer NOT NULL,
	"waiting_since" timestamp with time zone,
	"last_inbound_at" timestamp with time zone NOT NULL,
	"snoozed_until" timestamp with time zone,
	"dismissed_reason" text,
	"dismissed_by" text,
	"suspicion" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"assignee" text,
	"is_drafting" boolean NOT NULL,
	"draft_id" uuid,
	"reply_id" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "conversations_channel_account_external_id" UNIQUE("channel","account","external_id")
);
--> statement-breakpoint
CREATE TABLE "cursors" (
	"channel" text NOT NULL,
	"key" text NOT NULL,
	"value" jsonb NOT NULL,
	CONSTRAINT "cursors_pkey" PRIMARY KEY("channel","key")
);
--> statement-breakpoint
CREATE TABLE "customers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "drafts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"conversation_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"state" text NOT NULL,
	"text" text NOT NULL,
	"answers_seq" integer NOT NULL,
	"written_by" text,
	"teammate_id" text,
	"instruction" text,
	"evidence" jsonb NOT NULL,
	"flags" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "drafts_conversation_revision" UNIQUE("conversation_id","revision")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"type" text NOT NULL,
	"conversation_id" uuid,
	"interaction_id" uuid,
	"draft_id" uuid,
	"reply_id" uuid,
	"actor" text NOT NULL,
	"data" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"external_id" text NOT NULL,
	"name" text,
	"handle" text,
	"email" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "identities_channel_external_id" UNIQUE("channel","external_id")
);
--> statement-breakpoint
CREATE TABLE "interactions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"conversation_id" uuid NOT NULL,
	"identity_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"external_id" text NOT NULL,
	"kind" text NOT NULL,
	"seq" integer NOT NULL,
	"text" text NOT NULL,
	"full_text" text,
	"automatic" text,
	"notes" jsonb NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"last_line_at" timestamp with time zone NOT NULL,
	"theme" text,
	"sentiment" text,
	"urgency" text,
	"language" text,
	"topics" jsonb,
	"summary" text,
	"needs_reply" boolean,
	"triaged_by" text,
	"triaged_at" timestamp with time zone,
	CONSTRAINT "interactions_channel_account_external_id" UNIQUE("channel","account","external_id")
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lines" (
	"conversation_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"sender" text NOT NULL,
	"external_id" text NOT NULL,
	"name" text,
	"text" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "lines_pkey" PRIMARY KEY("conversation_id","seq"),
	CONSTRAINT "lines_conversation_external_id" UNIQUE("conversation_id","external_id")
);
--> statement-breakpoint
CREATE TABLE "model_calls" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"purpose" text NOT NULL,
	"model" text NOT NULL,
	"outcome" text NOT NULL,
	"input_tokens" integer NOT NULL,
	"cached_tokens" integer NOT NULL,
	"output_tokens" integer NOT NULL,
	"cost" real,
	"latency_ms" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "problems" (
	"id" uuid PRIMARY KEY NOT NULL,
	"job" text NOT NULL,
	"payload" jsonb NOT NULL,
	"conversation_id" uuid,
	"error" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"resolved_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "replies" (
	"id" uuid PRIMARY KEY NOT NULL,
	"conversation_id" uuid NOT NULL,
	"draft_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"recipient" text NOT NULL,
	"state" text NOT NULL,
	"text" text NOT NULL,
	"answers_seq" integer NOT NULL,
	"waiting_since" timestamp with time zone,
	"approved_by" text NOT NULL,
	"approved_at" timestamp with time zone NOT NULL,
	"send_after" timestamp with time zone NOT NULL,
	"attempts" integer NOT NULL,
	"attempted_at" timestamp with time zone,
	"accepted_at" timestamp with time zone,
	"external_id" text,
	"url" text,
	"problem" jsonb,
	"edited_share" real
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "teammates" (
	"id" text PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"name" text NOT NULL,
	"seen_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "uses" (
	"key" text NOT NULL,
	"window_start" bigint NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "uses_pkey" PRIMARY KEY("key","window_start")
);
--> statement-breakpoint
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_interaction_id_interactions_id_fk" FOREIGN KEY ("interaction_id") REFERENCES "public"."interactions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_dismissed_by_teammates_id_fk" FOREIGN KEY ("dismissed_by") REFERENCES "public"."teammates"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_assignee_teammates_id_fk" FOREIGN KEY ("assignee") REFERENCES "public"."teammates"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drafts" ADD CONSTRAINT "drafts_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drafts" ADD CONSTRAINT "drafts_teammate_id_teammates_id_fk" FOREIGN KEY ("teammate_id") REFERENCES "public"."teammates"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "interactions" ADD CONSTRAINT "interactions_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "interactions" ADD CONSTRAINT "interactions_identity_id_identities_id_fk" FOREIGN KEY ("identity_id") REFERENCES "public"."identities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lines" ADD CONSTRAINT "lines_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "problems" ADD CONSTRAINT "problems_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_draft_id_drafts_id_fk" FOREIGN KEY ("draft_id") REFERENCES "public"."drafts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_approved_by_teammates_id_fk" FOREIGN KEY ("approved_by") REFERENCES "public"."teammates"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attachments_interaction" ON "attachments" USING btree ("interaction_id");--> statement-breakpoint
CREATE INDEX "conversations_customer" ON "conversations" USING btree ("customer_id","created_at");--> statement-breakpoint
CREATE INDEX "conversations_state" ON "conversations" USING btree ("state","waiting_since","id");--> statement-breakpoint
CREATE INDEX "conversations_updated" ON "conversations" USING btree ("state","updated_at","id");--> statement-breakpoint
CREATE INDEX "events_conversation" ON "events" USING btree ("conversation_id","at");--> statement-breakpoint
CREATE INDEX "events_at" ON "events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "identities_customer" ON "identities" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "interactions_conversation" ON "interactions" USING btree ("conversation_id","seq");--> statement-breakpoint
CREATE INDEX "interactions_external_id" ON "interactions" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "model_calls_at" ON "model_calls" USING btree ("at");--> statement-breakpoint
CREATE INDEX "problems_open" ON "problems" USING btree ("conversation_id") WHERE resolved_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "replies_draft" ON "replies" USING btree ("draft_id") WHERE state <> 'withdrawn';--> statement-breakpoint
CREATE INDEX "replies_conversation" ON "replies" USING btree ("conversation_id","approved_at");--> statement-breakpoint
CREATE INDEX "replies_external_id" ON "replies" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "replies_unsettled" ON "replies" USING btree ("state") WHERE state in ('queued', 'sending', 'unknown');