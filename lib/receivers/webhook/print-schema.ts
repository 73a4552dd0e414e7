import { webhookBodySchema } from "./schema.ts";

process.stdout.write(webhookBodySchema());
