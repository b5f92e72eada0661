"""Patterns of secrets, by kind, written from the formats that vendors publish."""

from dataclasses import dataclass

import re2


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form of a kind of secret, on a single line.

    A match needs one of `keywords` (lower case) on its line; the secret is group 1. With `mixed`,
    it must hold both letters and digits, because the format alone matches ordinary words.
    """

    kind: str
    keywords: tuple[str, ...]
    regex: str
    mixed: bool = False


# No pattern crosses the end of a line, because a line must be masked the same way without its
# neighbours. No secret holds a square bracket, because a mask must never be masked again. RE2 is
# linear without upper bounds; they would only make its programs larger.
_VENDORS = (
    ("age-key", "age-secret-key-1", r"AGE-SECRET-KEY-1[A-Z0-9]{58}\b"),
    ("alibaba-key", "ltai", r"LTAI[A-Za-z0-9]{20}\b", "mixed"),
    ("anthropic-key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{24,}"),
    ("artifactory-token", "akcp cmvmd", r"(?:AKCp[A-Za-z0-9]{69}|cmVmd[A-Za-z0-9]{59})\b"),
    ("atlassian-token", "atatt3 atctt3", r"AT[AC]TT3[A-Za-z0-9_=-]{60,}"),
    ("atlassian-token", "atbb", r"ATBB[A-Za-z0-9]{28,32}\b"),
    ("aws-access-key", "akia asia abia acca", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    ("aws-bedrock-key", "absk", r"ABSK[A-Za-z0-9+/]{100,}={0,2}"),
    ("aws-bedrock-key", "bedrock-api-key-", r"bedrock-api-key-[A-Za-z0-9+/]{40,}={0,2}"),
    ("brevo-key", "xkeysib-", r"xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    ("cloudflare-key", "v1.0-", r"v1\.0-[a-f0-9]{24}-[a-f0-9]{146}\b"),
    ("databricks-token", "dapi", r"dapi[a-f0-9]{32}(?:-\d)?\b"),
    ("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", r"do[opr]_v1_[a-f0-9]{64}"),
    ("docker-hub-token", "dckr_pat_ dckr_oat_", r"dckr_[po]at_[A-Za-z0-9_-]{20,}"),
    ("doppler-token", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{32,}"),
    ("dynatrace-token", "dt0c01.", r"dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    ("figma-token", "figd_", r"figd_[A-Za-z0-9_-]{36,}"),
    ("fly-token", "fo1_", r"fo1_[A-Za-z0-9_-]{43}"),
    ("fly-token", "fm1a_ fm1r_ fm2_", r"fm(?:1[ar]|2)_[A-Za-z0-9+/]{100,}={0,3}"),
    ("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{36,}"),
    ("github-token", "github_pat_", r"github_pat_[A-Za-z0-9_]{36,}"),
    (
        "gitlab-token",
        "glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glffct- glimt- gloas- glsoat- glagent-",
        r"gl(?:pat|dt|rtr?|cbt|ptt|ft|ffct|imt|oas|soat|agent)-[A-Za-z0-9_.-]{20,}",
    ),
    ("google-api-key", "aiza", r"AIza[A-Za-z0-9_-]{35}"),
    ("google-oauth-secret", "gocspx-", r"GOCSPX-[A-Za-z0-9_-]{28}"),
    ("google-oauth-token", "ya29.", r"ya29\.[A-Za-z0-9_-]{30,}"),
    ("grafana-token", "glsa_", r"glsa_[A-Za-z0-9]{32}_[a-fA-F0-9]{8}"),
    ("grafana-token", "glc_", r"glc_[A-Za-z0-9+/]{32,}={0,2}"),
    ("groq-key", "gsk_", r"gsk_[A-Za-z0-9]{48,}"),
    ("heroku-key", "hrku-", r"HRKU-[A-Za-z0-9_-]{36,}"),
    (
        "hubspot-token",
        "pat-na1- pat-na2- pat-eu1-",
        r"pat-(?:na|eu)\d-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}",
    ),
    ("hugging-face-token", "hf_ api_org_", r"(?:hf_|api_org_)[A-Za-z0-9]{34,}"),
    ("jwt", "eyj", r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}"),
    ("langsmith-key", "lsv2_", r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
    ("linear-key", "lin_api_ lin_oauth_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    (
        "mailchimp-key",
        "-us1 -us2 -us3 -us4 -us5 -us6 -us7 -us8 -us9",
        r"[a-f0-9]{32}-us\d{1,2}\b",
    ),
    ("mailgun-key", "key-", r"key-[a-f0-9]{32}\b"),
    ("new-relic-key", "nrak- nraa- nrii-", r"NR(?:A[AK]|II)-[A-Za-z0-9-]{27,}"),
    ("notion-token", "ntn_", r"ntn_[A-Za-z0-9]{40,}"),
    ("notion-token", "secret_", r"secret_[A-Za-z0-9]{43}\b"),
    ("npm-token", "npm_", r"npm_[A-Za-z0-9]{36,}"),
    ("nuget-key", "oy2", r"oy2[a-z0-9]{43}\b", "mixed"),
    ("one-password-token", "ops_eyj", r"ops_eyJ[A-Za-z0-9+/]{60,}={0,3}"),
    ("openai-key", "sk-", r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}"),
    ("openai-key", "t3blbkfj", r"sk-[A-Za-z0-9_-]{16,}T3BlbkFJ[A-Za-z0-9_-]{16,}"),
    ("openai-key", "sk-", r"sk-[A-Za-z0-9]{32,}", "mixed"),
    ("openai-key", "sk-or-v1-", r"sk-or-v1-[a-f0-9]{64}"),
    ("openshift-token", "sha256~", r"sha256~[A-Za-z0-9_-]{43}"),
    ("perplexity-key", "pplx-", r"pplx-[A-Za-z0-9]{48}"),
    ("planetscale-token", "pscale_", r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9=._-]{32,}"),
    ("postman-key", "pmak-", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    ("pulumi-token", "pul-", r"pul-[a-f0-9]{40}\b"),
    ("pypi-token", "pypi-", r"pypi-AgE[A-Za-z0-9_-]{50,}"),
    ("replicate-token", "r8_", r"r8_[A-Za-z0-9]{37}\b"),
    ("rubygems-key", "rubygems_", r"rubygems_[a-f0-9]{48}\b"),
    ("sendgrid-key", "sg.", r"SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50}"),
    ("sentry-token", "sntrys_", r"sntrys_[A-Za-z0-9+/=_-]{40,}"),
    ("sentry-token", "sntryu_", r"sntryu_[a-f0-9]{64}"),
    ("shopify-token", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    ("slack-token", "xox", r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{20,}", "mixed"),
    ("slack-token", "xapp-", r"xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]{32,}"),
    ("slack-webhook", "hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows)/([\w/+]{32,})"),
    ("sourcegraph-token", "sgp_", r"sgp_(?:[a-f0-9]{16}_|local_)?[a-f0-9]{40}\b"),
    ("square-token", "sq0", r"sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,43}"),
    ("square-token", "eaaa", r"EAAA[A-Za-z0-9_-]{60}\b"),
    ("stripe-key", "k_live_ k_test_ k_prod_", r"[rs]k_(?:live|test|prod)_[A-Za-z0-9]{16,}"),
    ("stripe-webhook-secret", "whsec_", r"whsec_[A-Za-z0-9+/]{32,}={0,2}"),
    ("supabase-token", "sbp_", r"sbp_[a-f0-9]{40}\b"),
    ("telegram-bot-token", ":aa", r"\d{8,10}:AA[A-Za-z0-9_-]{33}\b"),
    ("twilio-key", "twilio sid api_key apikey", r"(?:SK|AC)[a-f0-9]{32}\b"),
    ("xai-key", "xai-", r"xai-[A-Za-z0-9]{70,}"),
    ("vault-token", "hvs. hvb. hvr.", r"hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    (
        "discord-token",
        "discord token bot",
        r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}",
        "mixed",
    ),
    ("discord-webhook", "/api/webhooks/", r"/api/webhooks/\d{17,20}/([A-Za-z0-9_-]{60,})"),
    ("terraform-token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}"),
)
# Formats that are recognised by the words before them.
_CONTEXTUAL = (
    (
        "aws-secret-key",
        "secret",
        (
            r"(?i:secret_?(?:access)?_?key(?:_id)?)[\"']?[ \t]*(?:=>|:=|[:=])[ \t]*[\"']?"
            r"([A-Za-z0-9/+]{40})(?:$|[^A-Za-z0-9/+=])"
        ),
        "mixed",
    ),
    (
        "azure-client-secret",
        "q~",
        (
            r"(?:^|\\[nrt]|[^A-Za-z0-9_~.-])([A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34})"
            r"(?:$|[^A-Za-z0-9_~.-])"
        ),
    ),
    ("azure-storage-key", "accountkey=", r"(?i:AccountKey)=([A-Za-z0-9+/]{80,}={0,2})"),
    (
        "azure-shared-key",
        "sharedaccesskey=",
        r"(?i:SharedAccessKey)=([A-Za-z0-9+/]{40,}={0,2})",
    ),
    ("azure-sas", "sig=", r"[?&;]sig=([A-Za-z0-9%+/]{40,}={0,2})", "mixed"),
    (
        "cloudflare-key",
        "cloudflare cf_api",
        (
            r"(?i:(?:cloudflare|cf)_?api_?(?:token|key))[\"']?[ \t]*[:=][ \t]*[\"']?"
            r"([A-Za-z0-9_-]{37,40})(?:$|[^A-Za-z0-9_-])"
        ),
        "mixed",
    ),
    (
        "twilio-auth-token",
        "twilio",
        r"(?i:twilio_?auth_?token)[\"']?[ \t]*[:=][ \t]*[\"']?([a-f0-9]{32})\b",
    ),
    (
        "heroku-key",
        "heroku",
        r"(?i:heroku_?api_?key)[\"']?[ \t]*[:=][ \t]*[\"']?([a-fA-F0-9-]{36})\b",
    ),
    (
        "authorization",
        "authorization",
        (
            r"(?i:authorization)[\"']?[ \t]*[:=,][ \t]*[\"'`]?(?i:basic|bearer|token)[ \t]+"
            r"([A-Za-z0-9+/_.~-]{16,}={0,2})"
        ),
        "mixed",
    ),
    # The password of a URL, between scheme and host. A variable or a placeholder ("$PASSWORD",
    # "{password}", "<password>", "***") is no secret.
    (
        "url-password",
        "://",
        (
            r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[A-Za-z0-9._~%!&=+-]{0,128}:"
            r"([A-Za-z0-9._~!&=+;^#?-][A-Za-z0-9._~%!&=+;^#?*,$-]{2,128})@[A-Za-z0-9\x5b]"
        ),
    ),
    # A private key in one string. scan.py finds those of several lines.
    (
        "private-key",
        "-----begin",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----([A-Za-z0-9+/=\\ \t]{40,})",
    ),
)


def _vendor_pattern(kind: str, keywords: str, regex: str, mixed: str = "") -> Pattern:
    grouped = regex if _GROUP.search(regex) else f"({regex})"
    return Pattern(kind, tuple(keywords.split()), f"{_START}{grouped}", mixed=bool(mixed))


def _contextual_pattern(kind: str, keywords: str, regex: str, mixed: str = "") -> Pattern:
    return Pattern(kind, tuple(keywords.split()), regex, mixed=bool(mixed))


_GROUP = re2.compile(r"\((?:[^?]|$)")
# A token starts at a word boundary, or after an escape ("\n", "%3D") or an underscore.
_START = r"(?:\b|_|\\[nrt]|%[0-9A-F]{2})"
PATTERNS = (
    *(_vendor_pattern(*row) for row in _VENDORS),
    *(_contextual_pattern(*row) for row in _CONTEXTUAL),
)
