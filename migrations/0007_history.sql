CREATE TABLE "distinctions" (
	"a" uuid NOT NULL,
	"b" uuid NOT NULL,
	"by" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "distinctions_pkey" PRIMARY KEY("a","b")
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"by" text NOT NULL,
	"counts" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "exchanges" (
	"interaction_id" uuid PRIMARY KEY NOT NULL,
	"conversation_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"theme" text,
	"topics" jsonb NOT NULL,
	"rating" integer,
	"recommends" integer,
	"state" text NOT NULL,
	"reply_id" uuid,
	"answered_by" text,
	"answered_at" timestamp with time zone,
	"terms" "tsvector" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lists" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"teammate_id" text NOT NULL,
	"ask" jsonb NOT NULL,
	"starts" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "merges" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"joined_id" uuid NOT NULL,
	"identity_ids" jsonb NOT NULL,
	"reason" text NOT NULL,
	"by" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"undone_at" timestamp with time zone,
	"undone_by" text
);
--> statement-breakpoint
CREATE TABLE "notes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"teammate_id" text NOT NULL,
	"text" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "removals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"erasure_id" uuid NOT NULL,
	"workspace" text NOT NULL,
	"room" text NOT NULL,
	"key" text NOT NULL,
	"ref" jsonb,
	"thread_ref" jsonb,
	"since" timestamp with time zone NOT NULL,
	"attempts" integer NOT NULL,
	"not_before" timestamp with time zone NOT NULL,
	"held_until" timestamp with time zone,
	"problem" text
);
--> statement-breakpoint
CREATE TABLE "terms" (
	"term" text PRIMARY KEY NOT NULL,
	"count" integer NOT NULL,
	"near" text[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tombstones" (
	"hash" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "indexed_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "identities" ADD COLUMN "phone" text;--> statement-breakpoint
ALTER TABLE "identities" ADD COLUMN "is_email_verified" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "identities" ADD COLUMN "is_phone_verified" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "identities" ADD COLUMN "name_key" text;--> statement-breakpoint
ALTER TABLE "identities" ADD COLUMN "email_key" text;--> statement-breakpoint
ALTER TABLE "identities" ADD COLUMN "phone_key" text;--> statement-breakpoint
ALTER TABLE "distinctions" ADD CONSTRAINT "distinctions_a_customers_id_fk" FOREIGN KEY ("a") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distinctions" ADD CONSTRAINT "distinctions_b_customers_id_fk" FOREIGN KEY ("b") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "merges" ADD CONSTRAINT "merges_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "merges" ADD CONSTRAINT "merges_joined_id_customers_id_fk" FOREIGN KEY ("joined_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_teammate_id_teammates_id_fk" FOREIGN KEY ("teammate_id") REFERENCES "public"."teammates"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "removals" ADD CONSTRAINT "removals_erasure_id_erasures_id_fk" FOREIGN KEY ("erasure_id") REFERENCES "public"."erasures"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "distinctions_b" ON "distinctions" USING btree ("b");--> statement-breakpoint
CREATE INDEX "erasures_at" ON "erasures" USING btree ("at");--> statement-breakpoint
CREATE INDEX "exchanges_terms" ON "exchanges" USING gin ("terms") WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "exchanges_at" ON "exchanges" USING btree ("at","interaction_id");--> statement-breakpoint
CREATE INDEX "exchanges_customer" ON "exchanges" USING btree ("customer_id","at","interaction_id");--> statement-breakpoint
CREATE INDEX "exchanges_conversation" ON "exchanges" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "lists_created" ON "lists" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "merges_customer" ON "merges" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "merges_joined" ON "merges" USING btree ("joined_id");--> statement-breakpoint
CREATE INDEX "notes_customer" ON "notes" USING btree ("customer_id","at");--> statement-breakpoint
CREATE INDEX "removals_due" ON "removals" USING btree ("workspace","not_before");--> statement-breakpoint
CREATE INDEX "removals_erasure" ON "removals" USING btree ("erasure_id");--> statement-breakpoint
CREATE INDEX "terms_near" ON "terms" USING gin ("near") WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "terms_prefix" ON "terms" USING btree ("term" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "conversations_unindexed" ON "conversations" USING btree ("updated_at") WHERE indexed_version < version;--> statement-breakpoint
CREATE INDEX "events_conversationless" ON "events" USING btree ("at") WHERE conversation_id is null;--> statement-breakpoint
CREATE INDEX "events_approved" ON "events" USING btree ("at") WHERE type in ('draft.approved', 'draft.first-approved', 'reply.marked-sent');--> statement-breakpoint
CREATE INDEX "identities_name" ON "identities" USING btree ("name_key");--> statement-breakpoint
CREATE INDEX "identities_email" ON "identities" USING btree ("email_key");--> statement-breakpoint
CREATE INDEX "identities_phone" ON "identities" USING btree ("phone_key");--> statement-breakpoint
CREATE INDEX "interactions_identity" ON "interactions" USING btree ("identity_id");--> statement-breakpoint
CREATE INDEX "replies_of_draft" ON "replies" USING btree ("draft_id");--> statement-breakpoint
UPDATE "identities" SET "email_key" = lower(coalesce("email", CASE WHEN "channel" = 'email' THEN "external_id" END)), "name_key" = lower(btrim("name"));
