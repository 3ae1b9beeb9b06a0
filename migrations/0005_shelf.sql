CREATE TABLE "shelf" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace" text NOT NULL,
	"content" jsonb NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "shelf_until" ON "shelf" USING btree ("until");