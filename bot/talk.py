"""What a message says of the talk itself: it is dropped, the same or another is meant, the bot is to go on. Pure."""

import re

_LEAVE = re.compile(
    r"\b(?:never ?mind(?! (?:the|my|that|if|how))|(?<!don't )(?<!don’t )(?<!not )forget (?:it|about it)"
    r"|leave (?:it|that|this)(?: one)?(?! (?:with|at|in|on|by))|start over)\b"
    # a clause of its own: 不退了, but not 穿不了; 算了, but not 打算了解
    r"|(?<![打计計预預合划])算了(?!解)|(?:^|[\s，。！,.!我那就都先是])不(?:用|要|想)?(?:弄|[办辦]|改|退|取消|[换換])?了"
    r"(?=$|[\s，。！,.!吧啊呀谢謝])|先不(?:改|退|取消|[换換])|重新[开開]始",
    re.IGNORECASE | re.ASCII,
)
_ANOTHER = re.compile(r"\b(?:another|different|other)\b|另外?一|别的|別的|其他|其它|换一个", re.IGNORECASE)


def leaves(text: str) -> bool:
    """Whether the shopper drops what is under way."""
    return bool(_LEAVE.search(text))


_ENDS = re.compile(
    r"\W*(?:(?:ok|okay|no|well|sorry|actually|thanks|thank you|thx|cheers|that['’]?s (?:all|it)|for now|then|and)\W+)*"
    r"(?:(?:good ?)?bye(?:[ -]?bye)?|see (?:you|ya)(?: later)?|(?:i(?:['’]ve| have)?(?: just)? )?changed my mind)"
    r"(?:\W+(?:now|then|thanks|thank you|sorry|and))*\W*"
    r"|(?:[好嗯那先了的哦吧]|[谢謝多感]|就[这這][样樣些]|\W)*(?:再[见見]|拜拜|下次再[来來说說]|(?:我)?改(?:变|變)?主意了)[了啦吧啊]*\W*",
    re.IGNORECASE,
)


def ends(text: str) -> bool:
    """ "Thanks, bye", "I changed my mind", and nothing else: what is open is over."""
    return bool(_ENDS.fullmatch(text))


def means_another(text: str) -> bool:
    """ "Another order": what was spoken of before is not meant."""
    return bool(_ANOTHER.search(text))


_BACK = re.compile(r"\b(?:it|this|that|the same)\b|[这那][个单张]|[這那][個單張]|它|[刚剛]才那", re.IGNORECASE)


def points_back(text: str) -> bool:
    """ "Cancel it": what was last spoken of is meant, whatever else there is."""
    return bool(_BACK.search(text))


_GO_ON = re.compile(
    r"\b(?:go on|continue|carry on|back) with (?:the )?(?:bot|assistant|robot)"
    r"|机器人继续|繼續.{0,4}機器人|继续(?:和|跟|用|找)?机器人",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(
    r"\W*(?:(?:ok|no|then|sorry|i|we|there is|there's|thanks|thank you)\W+){0,3}(?:do not |don['’]?t |no )need "
    r"(?:for )?(?:a |any )?(?:human|person|agent)(?:\W+(?:any ?more|now|thanks|thank you|then))*\W*"
    r"|\W*(?:那|我|就|现在|現在){0,3}不(?:用|需要|等)(?:[转轉])?人工了?[吧啊]?[谢謝]*\W*",
    re.IGNORECASE,
)
_RATHER_NOT = re.compile(
    r"\b(?:not|never|no|stop|human|person|someone|agent|\w+n['’]t)\b|不|别|別|人工|真人", re.IGNORECASE
)


def wants_bot(text: str) -> bool:
    """ "Go on with the bot": takes a waiting shopper back. Whoever also says no, or names a person, goes on waiting."""
    clauses = re.split("[，。！,.!;；\n]+", text)
    rest = [clause for clause in clauses if not _NO_PERSON.fullmatch(clause)]
    willing = len(rest) < len(clauses) or any(map(_GO_ON.search, rest))
    return willing and not any(map(_RATHER_NOT.search, rest))


MOST_READ = 2_000  # characters of a message that rules look at


def readable(text: str) -> str:
    """The text as rules read it: runs of blanks as one, and of a very long one its beginning and its end."""
    plain = re.sub(r" ?\n[ \n]*", "\n", re.sub(r"[^\S\n]+", " ", text)).strip()
    return plain if len(plain) <= MOST_READ else f"{plain[: MOST_READ // 2]} {plain[-MOST_READ // 2 :]}"
