/** What a refusal of PagerDuty means, where it is about the key: `{"status":"invalid event","message":…,"errors":[…]}`. */
export function explain(body: string): string | undefined {
  if (!/routing[_ ]key/i.test(body)) return undefined;
  return "PagerDuty does not know the routing key; copy the integration key of an Events API v2 integration again";
}
