CREATE TABLE "broken_accounts" (
	"channel" text NOT NULL,
	"account" text NOT NULL,
	"reason" text NOT NULL,
	"action" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "broken_accounts_pkey" PRIMARY KEY("channel","account")
);
--> statement-breakpoint
ALTER TABLE "attachments" ADD COLUMN "source" jsonb;--> statement-breakpoint
ALTER TABLE "attachments" ADD COLUMN "problem" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "window_minutes" integer;--> statement-breakpoint
ALTER TABLE "drafts" ADD COLUMN "template" jsonb;--> statement-breakpoint
ALTER TABLE "interactions" ADD COLUMN "version_of" text;--> statement-breakpoint
ALTER TABLE "interactions" ADD COLUMN "replaced_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "interactions" ADD COLUMN "removed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "delivered_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "read_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "replies" ADD COLUMN "template" jsonb;--> statement-breakpoint
CREATE INDEX "interactions_version_of" ON "interactions" USING btree ("version_of") WHERE version_of is not null;--> statement-breakpoint
CREATE INDEX "replies_accepted" ON "replies" USING btree ("channel","account","accepted_at") WHERE state = 'accepted';