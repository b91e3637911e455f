"""What may be kept and shown of where a visitor came from."""

from ipaddress import IPv4Address, ip_address


def shortened(address: str) -> str:
    """The network an address is in, without the one line in it: 203.0.113.… or 2001:db8:1:….

    "" for what is no address.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    if isinstance(mapped, IPv4Address):
        found = mapped
    if isinstance(found, IPv4Address):
        return f"{str(found).rpartition('.')[0]}.…"
    return ":".join(f"{int(part, 16):x}" for part in found.exploded.split(":")[:3]) + ":…"
