import { cloudEventSchema, webhookBodySchema } from "./schema.ts";

process.stdout.write(process.argv[2] === "cloudevents" ? cloudEventSchema() : webhookBodySchema());
