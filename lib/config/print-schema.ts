import { jsonSchema } from "./json-schema.ts";

process.stdout.write(jsonSchema());
