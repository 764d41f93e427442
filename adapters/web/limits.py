"""Every number of the web channel, in one place. The browser is told those it needs by the page."""

MESSAGE_BYTES = 64 * 1024  # one socket frame; 10,000 Chinese characters are 30 KB
TEXT_CHARS = 10_000
FILE_BYTES = 5 * 1024 * 1024
FILE_NAME_CHARS = 120
SOCKETS_PER_VISITOR = 10  # open tabs of one browser
HISTORY_LINES = 300  # of an older conversation, what an opened page shows
MESSAGES_PER_MINUTE = 30  # per visitor; also the size of a burst
VISITORS_PER_ADDRESS = 10  # an address may send as much as so many visitors: offices and families share one
UPLOAD_BYTES_PER_HOUR = 200 * 1024 * 1024  # per address: 40 of the largest files
VISITORS_REMEMBERED = 10_000  # and addresses, by the rate limits, before full buckets are forgotten
BEAT_SECONDS = 20.0  # a quiet socket shows life this often; the browser gives up after twice that
COMPOSING_SECONDS = 1.0  # how often "is a reply being written" is looked at while it is
HEARTBEAT_SECONDS = 30.0  # WebSocket ping; a browser that does not answer is gone
CLOSE_SECONDS = 2.0  # how long a close frame is waited for
VISITOR_SECONDS = 180 * 24 * 3600
DEVICE_SECONDS = 180 * 24 * 3600  # how long a browser is known at the staff door
STAFF_SECONDS = 12 * 3600  # the cookie; the session itself ends when the office says so
PASSWORD_CHARS = 10  # the office refuses shorter ones; said on the form
