CREATE TABLE "posts" (
	"workspace" text NOT NULL,
	"key" text NOT NULL,
	"conversation_id" uuid,
	"room" text NOT NULL,
	"body" jsonb NOT NULL,
	"rank" integer NOT NULL,
	"ref" jsonb,
	"shown_version" integer NOT NULL,
	"attempts" integer NOT NULL,
	"attempted_at" timestamp with time zone,
	"not_before" timestamp with time zone NOT NULL,
	"held_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "posts_pkey" PRIMARY KEY("workspace","key")
);
--> statement-breakpoint
CREATE TABLE "rooms" (
	"workspace" text NOT NULL,
	"room" text NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	"wake_at" timestamp with time zone,
	"lost_reason" text,
	"lost_at" timestamp with time zone,
	CONSTRAINT "rooms_pkey" PRIMARY KEY("workspace","room")
);
--> statement-breakpoint
CREATE TABLE "vault" (
	"name" text PRIMARY KEY NOT NULL,
	"content" "bytea" NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "surfacings" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "surfaced_because" text;--> statement-breakpoint
ALTER TABLE "drafts" ADD COLUMN "first_approved_by" text;--> statement-breakpoint
ALTER TABLE "interactions" ADD COLUMN "rating" integer;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "is_scheduled" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "posts_conversation" ON "posts" USING btree ("conversation_id");--> statement-breakpoint
CREATE INDEX "posts_waiting" ON "posts" USING btree ("workspace","room","rank","created_at") WHERE ref is null;--> statement-breakpoint
ALTER TABLE "drafts" ADD CONSTRAINT "drafts_first_approved_by_teammates_id_fk" FOREIGN KEY ("first_approved_by") REFERENCES "public"."teammates"("id") ON DELETE no action ON UPDATE no action;