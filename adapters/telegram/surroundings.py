"""What the owner's machine says about the network: whom to trust, and through which proxy to go."""

from __future__ import annotations

from functools import cache
from ipaddress import ip_address
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from httpx import InvalidURL, Proxy, create_ssl_context

from adapters.telegram.failures import unusable_proxy


def trusted(address: str) -> SSLContext:
    """Whom to trust at an address. At one without TLS nobody is asked for certificates, so none are read."""
    return certificates() if urlsplit(address).scheme == "https" else SSLContext(PROTOCOL_TLS_CLIENT)


@cache
def certificates() -> SSLContext:
    """The library's own and those of the machine, also by SSL_CERT_FILE and SSL_CERT_DIR.

    Read once: it takes longer than all the rest of a connection.
    """
    context = create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def proxy(address: str) -> Proxy | None:
    """The proxy that HTTPS_PROXY and its like name for an address, None for none and for this machine itself.

    The library would read a file of passwords, too, if it was told to look around. Raises PlatformError.
    """
    parts = urlsplit(address)
    host, named = parts.hostname or "", getproxies()
    found = named.get(parts.scheme) or named.get("all")
    if not found or _is_this_machine(host) or proxy_bypass(host):
        return None
    if "://" not in found:
        found = f"http://{found}"
    if not found.lower().startswith(("http://", "https://")):
        raise unusable_proxy(address)
    try:
        return Proxy(found)
    except (InvalidURL, ValueError):
        raise unusable_proxy(address) from None  # the library's words may hold a password


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
