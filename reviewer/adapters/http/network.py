"""What both clients say of the network between them and a server: proxies and certificates."""

import re
from http import HTTPStatus
from urllib.request import getproxies

# "407 Proxy Authentication Required", or the same after "Tunnel connection failed: ".
_STATUS = re.compile(r"(?:^|: )([1-5][0-9]{2})\b")
_LASTING = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED})
# What OpenSSL says of a certificate that no known authority signed, its own signature included.
_UNKNOWN_AUTHORITY = re.compile(r"self[- ]signed certificate|unable to get (?:local )?issuer")
# The name that Python's ssl gives to every certificate that it does not accept.
_REFUSED_CERTIFICATE = "certificate_verify_failed"


def read_proxy_status(text: str) -> int | None:
    """Return the status of a proxy's answer to CONNECT in the error of a client, None without."""
    found = _STATUS.search(text)
    return int(found[1]) if found else None


def name_proxy(scheme: str) -> str:
    """Return the variable of the environment that names the proxy for http or https."""
    known = getproxies()
    return "ALL_PROXY" if scheme not in known and "all" in known else f"{scheme.upper()}_PROXY"


def is_lasting(status: int) -> bool:
    """Return True for a status that a proxy answers every later request with too."""
    return status in _LASTING


def advise_on_proxy(status: int, variable: str, host: str) -> tuple[str, str]:
    """Return the likely cause of a proxy's answer, and what to do about it.

    `variable` names the proxy, and `host` the server behind it.
    """
    around = "If it can be reached without the proxy, add it to NO_PROXY."
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        cause = "The proxy wants a user name and a password, or does not accept those that it got."
        remedy = (
            f"Write them into the address, which belongs into a secret: {variable} is then "
            "`http://USER:PASSWORD@PROXY:PORT`."
        )
    elif status == HTTPStatus.FORBIDDEN:
        cause = f"The proxy does not allow connections to {host}."
        remedy = f"Ask those who run the proxy for access to {host}. {around}"
    else:
        cause = f"The proxy does not reach {host}, or has too much to do."
        remedy = f"Ask those who run the proxy if it reaches {host}. {around}"
    return cause, remedy


def refuses_certificate(text: str) -> bool:
    """Return True for the error of a client that does not accept a certificate."""
    return _REFUSED_CERTIFICATE in text.lower()


def advise_on_certificate(text: str, variable: str, host: str) -> tuple[str, str]:
    """Return why a certificate is not accepted, and what to do; `text` is the client's error.

    `variable` names the file with the authorities that this client accepts.
    """
    if _UNKNOWN_AUTHORITY.search(text.lower()):
        cause = (
            f"The certificate of {host}, or of a proxy that inspects the traffic, is signed by an "
            "authority of your company."
        )
        remedy = (
            f"Set {variable} to the file with the certificate of that authority. In a workflow, "
            "copy the file to `$RUNNER_TEMP/_github_home/company.pem` in a step before, and write "
            f"`{variable}: /github/home/company.pem` below `env:` of this step."
        )
    else:
        cause = f"The certificate has expired, or is not one for {host}."
        remedy = "Correct the address, or tell those who run the server."
    return cause, remedy
