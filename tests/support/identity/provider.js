// The certified oidc-provider, which asks for nothing but who somebody is. Its settings are one line of JSON on standard
// input, which is held open: at its end the provider ends too, whatever happens to the tests.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:https";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

/** @typedef {{ port: number, key: string, certificate: string, client: string, secret: string, back: string[],
 *    people: Record<string, Record<string, unknown>>, claim: string, acr: string[] }} Settings */

/** @param {Settings} settings */
function configuration(settings) {
  const signing = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  return {
    clients: [
      {
        client_id: settings.client,
        client_secret: settings.secret,
        redirect_uris: settings.back.slice(0, 1),
        post_logout_redirect_uris: settings.back.slice(1),
      },
    ],
    jwks: { keys: [{ ...signing, use: "sig", alg: "RS256" }] },
    claims: { openid: ["sub", settings.claim] },
    conformIdTokenClaims: false,
    acrValues: settings.acr,
    cookies: { keys: ["of these tests"] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...settings.people[id] }) }),
  };
}

/** One form that asks who somebody is, and with what they prove it. */
const FORM = `<!doctype html><html lang="en"><title>Identity service</title><h1>Identity service</h1>
<form method="post"><label>Who <input name="who"></label><label>acr <input name="acr"></label>
<button>Sign in</button><button name="decline" value="yes">Decline</button></form>`;

/** @param {import("oidc-provider").default} provider */
async function interact(provider, request, response) {
  const { grantId, params, session } = await provider.interactionDetails(request, response);
  if (request.method === "GET") {
    response.setHeader("Content-Type", "text/html").end(FORM);
    return;
  }
  let body = "";
  for await (const part of request) body += part;
  const typed = new URLSearchParams(body);
  if (typed.get("decline")) {
    await provider.interactionFinished(request, response, { error: "access_denied" });
    return;
  }
  const accountId = typed.get("who") || session?.accountId;
  const grant = (grantId && (await provider.Grant.find(grantId))) || new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope("openid");
  const login = { accountId, acr: typed.get("acr") || undefined, amr: ["pwd"] };
  await provider.interactionFinished(request, response, { login, consent: { grantId: await grant.save() } });
}

const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit());
lines.once("line", (line) => {
  const settings = JSON.parse(line);
  const provider = new Provider(`https://localhost:${settings.port}`, configuration(settings));
  const answer = provider.callback();
  const server = createServer({ key: settings.key, cert: settings.certificate }, (request, response) => {
    if (!request.url?.startsWith("/interaction/")) {
      answer(request, response);
      return;
    }
    interact(provider, request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  server.listen(settings.port, "localhost", () => console.log("ready"));
});
