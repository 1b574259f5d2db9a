"""A hall's own certificate authority, for a network without internet, and the certificate of its server.

Files, all in one folder: ca.key, ca.crt, server.key, server.crt. Keys are for their owner only (0600). The authority
may vouch for the hall's own names and addresses and nothing else (X.509 name constraints): whoever steals its key
cannot pass for a bank to the clerks' machines, on which it was installed.
"""

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_KEY, CA, SERVER_KEY, SERVER = "ca.key", "ca.crt", "server.key", "server.crt"
LONGEST_DAYS = 825  # more, and some systems do not accept a server's certificate
_CA_DAYS = 3650
_CLOCKS_DIFFER = timedelta(days=1)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class CertificateRefused(Exception):
    """Why nothing was made, in both languages."""


@dataclass(frozen=True, slots=True)
class Names:
    """For what a certificate stands: host names, addresses; networks only as a bound of the authority."""

    hosts: tuple[str, ...]
    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One certificate, as people compare it."""

    file: Path
    subject: str
    names: tuple[str, ...]
    until: datetime
    fingerprint: str  # SHA-256, in pairs


def names_of(written: Iterable[str]) -> Names:
    """Host names, addresses and networks as they are typed. Raises CertificateRefused for what is neither."""
    hosts: list[str] = []
    networks: list[Network] = []
    for one in written:
        try:
            networks.append(ipaddress.ip_network(one))
        except ValueError:
            if not _is_host(one):
                raise CertificateRefused(
                    f"{one!r} 既不是主机名也不是地址 / is neither a host name nor an address"
                ) from None
            hosts.append(one.lower())
    return Names(tuple(hosts), tuple(networks))


def make(folder: Path, hall: str, names: Names, also: Names, days: int, now: datetime) -> None:
    """Make the authority and the server's certificate. Raises CertificateRefused where a file is there already.

    `also`: for what the authority may vouch later, beside `names`.
    """
    _only_hosts(names)
    there = [name for name in (CA_KEY, CA, SERVER_KEY, SERVER) if (folder / name).exists()]
    if there:
        raise CertificateRefused(
            f"{folder} 里已经有 {'、'.join(there)}，不会覆盖；换新服务器证书用 renew / {folder} already holds "
            f"{', '.join(there)}, which is never overwritten; `renew` makes a new certificate for the server"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{hall} paihao CA"[:64])])
    bounds = Names(names.hosts + also.hosts, names.networks + also.networks)
    authority = (
        _certificate(subject, subject, key.public_key(), now, _CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(_permitted(bounds), None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(folder / CA_KEY, _private(key))
    _write(folder / CA, _public(authority), 0o644)
    _new_server(folder, authority, key, names, days, now)


def renew(folder: Path, ca_key: Path, names: Names | None, days: int, now: datetime) -> None:
    """A new key and certificate for the server, by the same authority; for the same names unless others are said.

    Raises CertificateRefused where the authority is not there, its key does not fit, it ends before, or may not vouch
    for a name.
    """
    try:
        authority = x509.load_pem_x509_certificate((folder / CA).read_bytes())
        key = serialization.load_pem_private_key(ca_key.read_bytes(), None)
        before = x509.load_pem_x509_certificate((folder / SERVER).read_bytes())
    except (OSError, ValueError) as error:
        raise CertificateRefused(f"读不了证书或密钥 / cannot read certificate or key: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != authority.public_key():
        raise CertificateRefused(f"{ca_key} 不是 {folder / CA} 的密钥 / is not the key of that authority")
    if authority.not_valid_after_utc < now + timedelta(days=days):
        raise CertificateRefused(
            f"根证书 {authority.not_valid_after_utc:%Y-%m-%d} 到期，请缩短 --days 或另建一套 / the authority ends on "
            f"{authority.not_valid_after_utc:%Y-%m-%d}: ask for fewer --days, or make a new one in another folder"
        )
    chosen = names if names is not None else _names_in(before)
    _only_hosts(chosen)
    _check_bounds(authority, chosen)
    _new_server(folder, authority, key, chosen, days, now)


def show(folder: Path) -> list[Shown]:
    """Both certificates. Raises CertificateRefused where one cannot be read, or the server's is another authority's."""
    try:
        found = [(folder / name, x509.load_pem_x509_certificate((folder / name).read_bytes())) for name in (CA, SERVER)]
        found[1][1].verify_directly_issued_by(found[0][1])
    except (OSError, ValueError, TypeError, InvalidSignature) as error:
        raise CertificateRefused(
            f"{folder}: 证书不在或不成对 / no certificates that belong together: {error}"
        ) from error
    return [_shown(file, certificate) for file, certificate in found]


def _new_server(
    folder: Path,
    authority: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    names: Names,
    days: int,
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    first = (*names.hosts, *(str(one.network_address) for one in names.networks))[0]
    certificate = (
        _certificate(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, first[:64])]),
            authority.subject, key.public_key(), now, days,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_alternative(names)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )  # fmt: skip
    # The key first: a server that is started between the two says so at once, and is started again.
    _write(folder / SERVER_KEY, _private(key))
    _write(folder / SERVER, _public(certificate), 0o644)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _permitted(names: Names) -> list[x509.GeneralName]:
    """A kind of name of which none is permitted would be unbounded: it gets one that nobody has."""
    hosts = names.hosts or ("invalid.invalid",)
    networks: tuple[Network, ...] = names.networks or (ipaddress.IPv4Network("0.0.0.0/32"),)
    return [*(x509.DNSName(host) for host in hosts), *(x509.IPAddress(network) for network in networks)]


def _alternative(names: Names) -> list[x509.GeneralName]:
    addresses = [x509.IPAddress(one.network_address) for one in names.networks]
    return [*(x509.DNSName(host) for host in names.hosts), *addresses]


def _names_in(certificate: x509.Certificate) -> Names:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = names.get_values_for_type(x509.IPAddress)
    return names_of([*names.get_values_for_type(x509.DNSName), *map(str, addresses)])


def _check_bounds(authority: x509.Certificate, names: Names) -> None:
    permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    hosts = [one.value for one in permitted if isinstance(one, x509.DNSName)]
    networks = [one.value for one in permitted if isinstance(one, x509.IPAddress)]
    foreign = [h for h in names.hosts if not any(h == host or h.endswith(f".{host}") for host in hosts)]
    foreign += [str(n) for n in names.networks if not any(_within(n, bound) for bound in networks)]
    if foreign:
        raise CertificateRefused(
            f"这个根证书不能为 {'、'.join(foreign)} 担保，请另建一套 / this authority may not vouch for "
            f"{', '.join(foreign)}: make a new one in another folder"
        )


def _within(one: Network, bound: object) -> bool:
    if isinstance(one, ipaddress.IPv4Network) and isinstance(bound, ipaddress.IPv4Network):
        return one.subnet_of(bound)
    if isinstance(one, ipaddress.IPv6Network) and isinstance(bound, ipaddress.IPv6Network):
        return one.subnet_of(bound)
    return False


def _only_hosts(names: Names) -> None:
    if not names.hosts and not names.networks:
        raise CertificateRefused("请给出服务器的名字或地址 / say a name or an address of the server")
    wide = [str(one) for one in names.networks if one.num_addresses > 1]
    if wide:
        raise CertificateRefused(f"{'、'.join(wide)} 是网段，不是一台服务器 / is a network, not a server")


def _is_host(text: str) -> bool:
    labels = text.split(".")
    fits = all(0 < len(label) < 64 and label.replace("-", "").isalnum() and label[0] != "-" for label in labels)
    return text.isascii() and len(text) < 254 and fits


def _shown(file: Path, certificate: x509.Certificate) -> Shown:
    digest = certificate.fingerprint(hashes.SHA256()).hex().upper()
    try:
        names = _names_in(certificate)
        written = (*names.hosts, *(str(one.network_address) for one in names.networks))
    except x509.ExtensionNotFound:
        written = ()
    subject = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    pairs = ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
    return Shown(file, str(subject), written, certificate.not_valid_after_utc.astimezone(UTC), pairs)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(file: Path, content: bytes, mode: int = 0o600) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
