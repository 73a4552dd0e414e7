import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

// The least that a function with a table can be: its client, open, and nothing done with it.
export const handler = async () => void new DynamoDBClient({});
