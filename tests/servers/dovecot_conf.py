"""The configuration of the test Dovecot (language of Dovecot 2.3)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_CONF: Final = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
auth_verbose = yes
protocols = imap lmtp submission
listen = {address}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login_user}
first_valid_uid = 0
first_valid_gid = 0
mail_uid = {mail_uid}
mail_gid = {mail_gid}
auth_failure_delay = {failure_delay}
auth_mechanisms = plain login
disable_plaintext_auth = yes
ssl = yes
ssl_cert = <{root}/server.pem
ssl_key = <{root}/server.key
ssl_dh =
mail_location = maildir:~/Maildir
mail_plugins = quota
mail_max_userip_connections = {connections_per_user}
login_greeting = Test server ready.
hostname = mail.example.org
submission_relay_host = 127.0.0.1
submission_relay_port = {relay_port}
submission_relay_trusted = no
{top_conf}

namespace inbox {{
  inbox = yes
}}
protocol imap {{
  mail_plugins = quota imap_quota
  mail_max_userip_connections = {connections_per_user}
}}
protocol lmtp {{
  mail_plugins = quota
  postmaster_address = postmaster@example.org
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=50M
  quota_grace = 0%%
  quota_exceeded_message = Quota exceeded (mailbox for user is full)
}}

service imap-login {{
  chroot =
  vsz_limit = 4G
  service_count = 0
  process_min_avail = 1
  client_limit = 4000
  process_limit = 8
  inet_listener imap {{
    address = {address}
    port = {imap_port}
  }}
  inet_listener imaps {{
    address = {address}
    port = {imaps_port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 1200
}}
service submission-login {{
  chroot =
  service_count = 0
  client_limit = 4000
  inet_listener submission {{
    address = {address}
    port = {submission_port}
  }}
  inet_listener submissions {{
    address = {address}
    port = {submissions_port}
    ssl = yes
  }}
}}
service submission {{
  process_limit = 1200
}}
service lmtp {{
  chroot =
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
service anvil {{
  chroot =
  client_limit = 6000
  unix_listener anvil-auth-penalty {{
    mode = {penalty_mode}
  }}
}}
service auth {{
  client_limit = 6000
}}
service auth-worker {{
  user = {user}
}}
service stats {{
  chroot =
  client_limit = 6000
}}

passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {root}/users
  default_fields = uid={mail_uid} gid={mail_gid} home={root}/mail/%u
}}
"""


def conf_text(*, root: Path, **values: str | int) -> str:
    return _CONF.format(root=root, **values)


OAUTH2: Final = """
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = $ROOT/oauth2.conf.ext
}
"""
"""For `top_conf`: tokens are taken, too. The file says whom to ask about them; it is to be written before the start."""
