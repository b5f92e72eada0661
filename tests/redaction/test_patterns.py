"""Every kind of secret in its vendor's format; no example is here in one piece."""

import pytest

from reviewer.redaction import patterns
from reviewer.redaction.scan import Redaction
from tests.faults import faults

HEX = "0123456789abcdef"
# Letters and digits as in random text: no run of one kind.
MIX = "a1B2c3D4e5F6g7H8i9J0" * 8
LETTERS = "abCDefGHijKLmnOPqrSTuvWXyz" * 2

# Kind, what is before the secret, the secret in two halves, what is after it.
EXAMPLES = [
    ("age-key", "", "AGE-SEC", f"RET-KEY-1{MIX[:58].upper()}", ""),
    ("alibaba-key", "", "LT", f"AI{MIX[:20]}", ""),
    ("artifactory-token", "", "AK", f"Cp{MIX[:69]}", ""),
    ("artifactory-token", "", "cmV", f"md{MIX[:59]}", ""),
    ("atlassian-token", "", "ATA", f"TT3xFfGF0{MIX[:150]}={HEX[:8].upper()}", ""),
    ("atlassian-token", "", "AT", f"BB{MIX[:32]}", ""),
    ("aws-bedrock-key", "", "AB", f"SK{MIX[:128]}=", ""),
    ("aws-bedrock-key", "", "bedrock-", f"api-key-YmVkcm9jay5hbWF6b25hd3MuY29t{MIX}", ""),
    ("azure-client-secret", "", "~a1", f"8Q~{MIX[:31]}", ""),
    ("brevo-key", "", "xkey", f"sib-{HEX * 4}-{MIX[:16]}", ""),
    ("dynatrace-token", "", "dt0", f"c01.{MIX[:24].upper()}.{MIX[:64].upper()}", ""),
    ("figma-token", "", "fig", f"d_{MIX[:40]}", ""),
    ("fly-token", "", "fo", f"1_{MIX[:43]}", ""),
    ("fly-token", "", "fm", f"2_{MIX[:150]}=", ""),
    ("gitlab-token", "", "glr", f"tr-{MIX[:20]}", ""),
    ("groq-key", "", "gs", f"k_{MIX[:52]}", ""),
    ("hubspot-token", "", "pat-", "na1-01234567-89ab-cdef-0123-456789abcdef", ""),
    ("langsmith-key", "", "lsv", f"2_pt_{HEX * 2}_{HEX[:10]}", ""),
    ("mailchimp-key", "", HEX, f"{HEX}-us12", ""),
    ("nuget-key", "", "oy", f"2{MIX[:43].lower()}", ""),
    ("one-password-token", "", "ops_", f"eyJ{MIX}{MIX[:90]}", ""),
    ("openshift-token", "", "sha", f"256~{MIX[:43]}", ""),
    ("perplexity-key", "", "ppl", f"x-{MIX[:48]}", ""),
    ("planetscale-token", "", "psc", f"ale_tkn_{MIX[:43]}", ""),
    ("pulumi-token", "", "pu", f"l-{HEX * 2}{HEX[:8]}", ""),
    ("replicate-token", "", "r", f"8_{MIX[:37]}", ""),
    ("rubygems-key", "", "ruby", f"gems_{HEX * 3}", ""),
    ("sourcegraph-token", "", "sg", f"p_{HEX}_{HEX * 2}{HEX[:8]}", ""),
    ("stripe-key", "", "sk_", f"prod_{MIX[:24]}", ""),
    ("supabase-token", "", "sb", f"p_{HEX * 2}{HEX[:8]}", ""),
    ("xai-key", "", "xa", f"i-{MIX[:80]}", ""),
    ("hugging-face-token", "", "hf", f"_{MIX[:34]}", ""),
    # GitHub's token of an app is a JWT behind the app's number.
    ("jwt", "gh" + "s_12345_", "eyJ", f"hbGciOiJSUzI1NiJ9.eyJpc3MiOiJhcHAifQ.{MIX}", ""),
    ("anthropic-key", "", "sk-", f"ant-api03-{MIX[:93]}AA", ""),
    ("aws-access-key", "", "AKI", "AIOSFODNN7EXAMPLE", ""),
    ("aws-access-key", "", "ASI", "AIOSFODNN7EXAMPLE", ""),
    (
        "aws-secret-key",
        "aws_secret_access_key = ",
        "wJalrXUtnFEMI/K7MDENG/",
        "bPxRfiCYEXAMPLEKEY",
        "",
    ),
    (
        "aws-secret-key",
        '"SecretAccessKey": "',
        "wJalrXUtnFEMI/K7MDENG/",
        "bPxRfiCYEXAMPLEKEY",
        '",',
    ),
    ("azure-storage-key", "AccountName=a;AccountKey=", MIX[:43], f"{MIX[:43]}==", ";x=y"),
    ("azure-shared-key", "SharedAccessKey=", MIX[:20], f"{MIX[:23]}=", ""),
    ("azure-sas", "https://a.example/b?sv=2024&sig=", MIX[:20], f"{MIX[:23]}%3D", "&se=1"),
    ("authorization", "Authorization: Basic ", "dXNlcjpw", "YXNzd29yZDEyMw==", ""),
    ("authorization", '"authorization": "Bearer ', MIX[:20], MIX[:9], '"'),
    ("cloudflare-key", "CLOUDFLARE_API_TOKEN=", MIX[:20], MIX[:20], ""),
    ("cloudflare-key", "", "v1.", f"0-{HEX}{HEX[:8]}-{(HEX * 10)[:146]}", ""),
    ("databricks-token", "", "dap", f"i{HEX * 2}", ""),
    ("digitalocean-token", "", "dop_", f"v1_{HEX * 4}", ""),
    (
        "discord-token",
        "discord.run('",
        "MTk4NjIyNDgzNDcxOTI1",
        "MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
        "')",
    ),
    (
        "discord-webhook",
        "https://discord.com/api/webhooks/123456789012345678/",
        MIX[:30],
        MIX[:38],
        "",
    ),
    ("docker-hub-token", "", "dckr_", f"pat_{MIX[:27]}", ""),
    ("doppler-token", "", "dp.", f"pt.{MIX[:43]}", ""),
    ("github-token", "", "gh", f"p_{MIX[:36]}", ""),
    ("github-token", "", "gh", f"o_{MIX[:36]}", ""),
    ("github-token", "", "gh", f"s_{MIX[:36]}", ""),
    ("github-token", "", "github_", f"pat_{MIX[:22]}_{MIX[:59]}", ""),
    ("gitlab-token", "", "glp", f"at-{MIX[:20]}", ""),
    ("google-api-key", "?key=", "AIz", f"a{MIX[:35]}", ""),
    ("google-oauth-secret", "", "GOCS", f"PX-{MIX[:28]}", ""),
    ("grafana-token", "", "gls", f"a_{MIX[:32]}_{HEX[:8]}", ""),
    ("heroku-key", "", "HRK", f"U-{MIX[:60]}", ""),
    ("hugging-face-token", "", "hf", f"_{LETTERS[:34]}", ""),
    ("jwt", "", "eyJ", f"hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.{MIX[:43]}", ""),
    ("linear-key", "", "lin_", f"api_{MIX[:40]}", ""),
    ("mailgun-key", "", "ke", f"y-{HEX * 2}", ""),
    ("new-relic-key", "", "NRA", f"K-{MIX[:27].upper()}", ""),
    ("notion-token", "", "nt", f"n_{MIX[:46]}", ""),
    ("notion-token", "", "secr", f"et_{MIX[:43]}", ""),
    ("npm-token", "//registry.example/:_authToken=", "np", f"m_{MIX[:36]}", ""),
    ("openai-key", "", "sk-", f"proj-{MIX[:74]}T3Blbk" + f"FJ{MIX[:74]}", ""),
    ("openai-key", "", "sk-", f"proj-{MIX[:48]}", ""),
    ("openai-key", "", "sk-", f"{MIX[:20]}T3Blbk" + f"FJ{MIX[:20]}", ""),
    ("openai-key", "", "sk-", MIX[:48], ""),
    ("postman-key", "", "PMA", f"K-{HEX}{HEX[:8]}-{HEX * 2}ab", ""),
    ("pypi-token", "password = ", "py", f"pi-AgEIcHlwaS5vcmc{MIX[:120]}", ""),
    ("sendgrid-key", "", "S", f"G.{MIX[:22]}.{MIX[:43]}", ""),
    ("sentry-token", "", "sntr", f"ys_{MIX[:80]}_{MIX[:43]}", ""),
    ("shopify-token", "", "shp", f"at_{HEX * 2}", ""),
    ("slack-token", "", "xox", f"b-123456789012-1234567890123-{MIX[:24]}", ""),
    (
        "slack-webhook",
        "https://hooks.slack.com/services/",
        "T01234567/",
        f"B01234567/{MIX[:24]}",
        "",
    ),
    ("square-token", "", "sq0", f"atp-{MIX[:22]}", ""),
    ("stripe-key", "", "sk_", f"live_{MIX[:24]}", ""),
    ("stripe-key", "", "rk_", f"live_{MIX[:24]}", ""),
    ("telegram-bot-token", "'", "1234567890:", f"AA{MIX[:33]}", "'"),
    ("terraform-token", "token = ", MIX[:14], f".atlasv1.{MIX[:67]}", ""),
    ("twilio-key", "twilio ", "S", f"K{HEX * 2}", ""),
    ("twilio-key", "ACCOUNT_SID=", "A", f"C{HEX * 2}", ""),
    ("url-password", "postgres://app:", "hunter2", "hunter2", "@db.internal:5432/app"),
    ("url-password", "redis://:", "s3cret", "!x", "@cache"),
    ("vault-token", "", "hv", f"s.{MIX[:90]}", ""),
]


@faults("DF12")
@pytest.mark.parametrize("example", EXAMPLES, ids=[example[0] for example in EXAMPLES])
@pytest.mark.parametrize("frame", ["{}", "    12 + {}", "key: '{}'", "a\\n{}", "x={};y", "<{}>\r"])
def test_each_kind_is_found_whole_and_named(
    example: tuple[str, str, str, str, str], frame: str
) -> None:
    kind, before, one, two, after = example
    line = frame.format(f"{before}{one}{two}{after}")

    assert Redaction().mask(line) == frame.format(f"{before}[REDACTED:{kind}:1]{after}")


def test_there_is_an_example_for_almost_every_kind() -> None:
    kinds = {pattern.kind for pattern in patterns.PATTERNS}

    assert kinds - {example[0] for example in EXAMPLES} == {
        "google-oauth-token",
        "private-key",  # test_secret_scan.py
        "stripe-webhook-secret",
        "twilio-auth-token",
    }
    assert len(kinds) >= 35


@pytest.mark.parametrize(
    "line",
    [
        "uses: actions/checkout@" + HEX * 2 + HEX[:8],
        "integrity sha512-" + MIX[:86] + "==",
        "    sha256 = '" + HEX * 4 + "'",
        "id: 123e4567-e89b-12d3-a456-426614174000",
        "task-scheduler-with-a-very-long-name-that-goes-on-for-ever",
        "class='disk-usage-indicator-for-the-dashboard-widget-container'",
        "sk-this-is-a-css-class-of-a-skeleton-loading-animation",
        "DATABASE_URL=postgres://$USER:$PASSWORD@db/app",
        "DATABASE_URL=postgres://app:${PASSWORD}@db/app",
        "git clone https://x-access-token:${{ github.token }}@github.com/o/r",
        "https://user:<password>@host/",
        "https://user:{password}@host/",
        "https://user:%s@host/",
        "https://user:****@host/",
        "http://[::1]:8080/@scope/package",
        "https://registry.example:8080/@scope/package",
        "https://example.org/a:b@c",
        "git@github.com:o/r.git",
        "mail: mona@example.org",
        "Authorization: Bearer ${TOKEN}",
        "Authorization: Bearer <token>",
        "'Authorization': 'Bearer ' + access_token_of_the_user",
        "authorization: basic authentication-is-required",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PRIVATE KEY-----",
        "aws_secret_access_key = get_secret('/production/aws/secret_access_key')",
        "secret_key = " + HEX * 4,
        "secret_name_of_the_thing_that_is_rather_long",
        "hf_transfer and hf_hub_download_something_else_entirely",
        "npm_config_registry npm_package_dependencies_typescript_version",
        "twilio ACtivity",
        "AKIA",
        "gh" + "p_short",
    ],
)
def test_what_only_looks_like_a_secret_stays(line: str) -> None:
    assert Redaction().mask(line) == line
