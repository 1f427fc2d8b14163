"""The user that PostgreSQL runs as. It refuses to run as root, so root gives it a system user that reads its files."""

import os
import pwd
import shutil
import stat
import struct
import subprocess
from pathlib import Path
from typing import IO, NamedTuple

from rtp_embedded.postgres_errors import PostgresError

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}  # none of the caller's PG*, and messages in English

_SYSTEM_USER = "pgserver"  # the name that the wheel would choose too
_ACL = "system.posix_acl_access"
_OWNER, _USER, _GROUP, _MASK, _OTHERS = 0x01, 0x02, 0x04, 0x10, 0x20
_NO_ID = 0xFFFFFFFF


class Account(NamedTuple):
    """A user of the operating system; `uid` and `gid` are None where PostgreSQL runs as the user we already are."""

    uid: int | None = None
    gid: int | None = None


def get_our_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise PostgresError(f"User id {os.geteuid()} has no name on this machine; PostgreSQL needs one.") from None


def find_server_account() -> Account:
    if os.geteuid() != 0:
        return Account()
    entry = _find() or _add()
    return Account(entry.pw_uid, entry.pw_gid)


def _find() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        return None


def _add() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _SYSTEM_USER]
        subprocess.run(command, capture_output=True, check=False)  # noqa: S603 (another start may add it too: look again)
    entry = _find()
    if entry is None:
        raise PostgresError(f"PostgreSQL does not run as root and the system user {_SYSTEM_USER} could not be added.")
    return entry


def give(path: Path, account: Account) -> None:
    if account.uid is not None and account.gid is not None:
        os.chown(path, account.uid, account.gid)


def let_reach(path: Path, account: Account) -> None:
    """Let the account pass through every directory above `path`; it learns nothing else of what is in them."""
    if account.uid is None:
        return
    for directory in path.parents:
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            _let_pass(directory, mode, account.uid)


def _let_pass(directory: Path, mode: int, uid: int) -> None:
    """Do as `setfacl -m u:<uid>:x`, without the tool: `chmod o+x` would let everybody in, to /root for one."""
    try:
        rights = _read_rights(directory, mode)
        group = rights[_GROUP, _NO_ID]
        rights[_USER, uid] = rights.get((_USER, uid), 0) | 1
        rights[_MASK, _NO_ID] = rights.get((_MASK, _NO_ID), group) | 1
        entries = (struct.pack("<HHI", tag, perm, id_) for (tag, id_), perm in sorted(rights.items()))
        os.setxattr(directory, _ACL, struct.pack("<I", 2) + b"".join(entries))
    except OSError:
        cure = f"run `chmod o+x {directory}` or choose another data directory"
        raise PostgresError(f"PostgreSQL's user {_SYSTEM_USER} may not enter {directory}: {cure}.") from None


def _read_rights(directory: Path, mode: int) -> dict[tuple[int, int], int]:
    """Return rights (rwx bits) by tag and id, from the directory's ACL or, where it has none, its mode."""
    if _ACL not in os.listxattr(directory):
        return {(_OWNER, _NO_ID): mode >> 6 & 7, (_GROUP, _NO_ID): mode >> 3 & 7, (_OTHERS, _NO_ID): mode & 7}
    entries = struct.iter_unpack("<HHI", os.getxattr(directory, _ACL)[4:])
    return {(tag, id_): perm for tag, perm, id_ in entries}


def let_run(programs: Path, account: Account) -> None:
    """Open the wheel's programs to the account, which an install under a tight umask leaves to root alone."""
    let_reach(programs, account)
    if account.uid is None or (programs / "bin" / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    package = programs.parent
    for tree in (programs, package.with_name(f"{package.name}.libs")):
        for path in (tree, *tree.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & stat.S_IXUSR else 0o444))


def spawn(
    command: list[str], account: Account, *, stdin: int, output: int | IO[bytes], new_session: bool = False
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 (our own programs)
        command,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        user=account.uid,
        group=account.gid,
        extra_groups=None if account.uid is None else [],
        env=ENVIRONMENT,
        cwd="/",
        umask=0o077,
        start_new_session=new_session,
    )
