import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mask, maskLines } from "#text/mask";

const KEY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";

const MASKED: readonly (readonly [why: string, text: string, shown: string])[] = [
  ["a key and its value", "DB_PASSWORD=hunter2 lr=3", "DB_PASSWORD=[secret] lr=3"],
  ["in YAML", "password: hunter2", "password: [secret]"],
  ["in JSON", '{"password":"a b","lr":3}', '{"password":[secret],"lr":3}'],
  ["in JSON within a string", String.raw`{\"apiKey\":\"abc\"}`, String.raw`{\"apiKey\":\[secret]}`],
  ["in Python", "{'client_secret': 'x', 'lr': 3}", "{'client_secret': [secret], 'lr': 3}"],
  ["in camel case", "dbPassword = hunter2", "dbPassword = [secret]"],
  ["an option", "train.py --api-key abc --lr 3", "train.py --api-key [secret] --lr 3"],
  ["a short name", "mysql -u root pwd=x", "mysql -u root pwd=[secret]"],
  ["a token with digits", "token=abcd1234efgh", "token=[secret]"],
  ["a long token", "auth_token: abcdefghijklmnopqrstuv", "auth_token: [secret]"],
  ["a signed address", "https://s3/x?X-Amz-Signature=0a1b&n=1", "https://s3/x?X-Amz-Signature=[secret]&n=1"],
  ["a header", "Authorization: Basic dTpw other words", "Authorization: [secret]"],
  ["a bearer", "sent Bearer abcdefghijklmnop.qrst", "sent Bearer [secret]"],
  ["a user in an address", "postgres://train:hunter2@db:5432/x", "postgres://[secret]@db:5432/x"],
  ["a JWT", "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln now", "got [secret] now"],
  ["an AWS key", "id AKIAIOSFODNN7EXAMPLE", "id [secret]"],
  ["a GitHub token", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "[secret]"],
  ["a Hugging Face token", "using hf_AbCdEfGhIjKlMnOpQrStUv", "using [secret]"],
  ["base64", `data ${KEY}`, "data [secret]"],
  ["a key in one line", `-----BEGIN PRIVATE KEY----- ${KEY}`, "[secret]"],
  ["behind colours", "pass\u001b[1mword=\u001b[31mhunter2\u001b[0m", "password=[secret]"],
];

const KEPT: readonly (readonly [why: string, text: string])[] = [
  ["what programs for training say of tokens", "max_tokens=512 num_tokens: 40960000 pad_token_id=0 eos_token: </s>"],
  ["a tokenizer", "tokenizer=meta-llama/Llama-3-8B tokens/s: 8123.44"],
  ["a path", "/mnt/Data1/experiments/Run42/checkpoints/epoch10/step20000/model"],
  ["a digest", "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"],
  ["a commit", "at 0e9d5170aa5052a0e9d5170aa5052a0e9d5170aa"],
  ["an address", "https://registry.example.com/ml/train:2026.11 of 10.0.7.3:5000"],
  ["a word", "Basic authentication failed: the password was wrong"],
  ["Chinese", "训练失败：显存不足"],
];

describe("masking", () => {
  test.each(MASKED)("hides %s: %s", (_why, text, shown) => {
    expect(mask(text, 500)).toBe(shown);
  });

  test.each(KEPT)("keeps %s: %s", (_why, text) => {
    expect(mask(text, 500)).toBe(text);
  });

  test("hides a private key over several lines, also where only its end or its beginning is left", () => {
    const key = ["-----BEGIN RSA PRIVATE KEY-----", KEY, "short", "-----END RSA PRIVATE KEY-----"];
    expect(maskLines(["a", ...key, "b"], 500)).toEqual(["a", ...key.map(() => "[secret]"), "b"]);
    expect(maskLines([...key.slice(2), "b"], 500)).toEqual(["[secret]", "[secret]", "b"]);
    expect(maskLines(["a", ...key.slice(0, 3)], 500)).toEqual(["a", "[secret]", "[secret]", "[secret]"]);
  });

  test("shows nothing of a secret that is cut in its middle", () => {
    for (let length = 960; length < 1010; length += 1)
      expect(mask(`${"x ".repeat(length / 2)} token=abcd1234efgh5678ijkl`, 5000)).not.toMatch(/abcd/);
  });

  test("makes one line without control characters of any text, no longer than asked", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3000 }), fc.integer({ min: 1, max: 600 }), (text, max) => {
        const shown = mask(text, max);
        expect(shown.length).toBeLessThanOrEqual(max + 1);
        expect(shown).not.toMatch(/\p{Cc}|\p{Bidi_Control}|\p{Surrogate}/u);
      }),
    );
  });

  test("hides a password whatever stands around it", () => {
    const around = fc.string({ maxLength: 80 });
    fc.assert(
      fc.property(around, around, (before, after) => {
        expect(mask(`${before} password=Tr0ub4dor ${after}`, 500)).not.toContain("Tr0ub4dor");
      }),
    );
  });
});
