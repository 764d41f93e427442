"""The words of each reason in English. Pure data.

One pattern a line (what stands further in goes on with the line above), for whole words of lower-case text with plain
apostrophes; `<name>` stands for a line of PARTS. The first reason that is found is the reason. A pattern says who did
what to whom, never a lone word: "press" is a button too, "killer" a heel, and "dead on arrival" a kettle. What is sold,
worn and played with is taken out first (HARMLESS).
"""

from collections.abc import Mapping

PARTS: Mapping[str, str] = {
    "some": r"(?:[\w'-]{1,20} ){0,3}",  # up to three words
    "gap": r"[^.!?]{0,40}?\b",  # a part of the same sentence
    "whose": r"my|his|her|our|their|the (?:baby|child|dog|cat)'s|(?:my|our) [\w-]+'s",
    "kin": r"(?:grand|step|god)?-?(?:mother|father|mum|mom|ma|pa|son|daughter|child|parents?)(?:-in-law)?|mummy"
           r"|mommy|dad|daddy|parents|husband|wife|partner|spouse|fiancee?|boyfriend|girlfriend|(?:brother"
           r"|sister)(?:-in-law)?|baby|toddler|kid|nan|gran|granny|grandad|aunt|auntie|uncle|cousin|nephew|niece"
           r"|friend|colleague|neighbou?r",
    "child": r"(?:grand|step)?-?(?:son|daughter|child|children|kids?)|toddler|baby|boy|girl|nephew|niece|teenager"
             r"|little (?:one|brother|sister)|<age>[- ]?(?:years?|yrs?)[- ]olds?|<age> ?y/?o",
    "age": r"1[0-7]|[2-9]|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
           r"|sixteen",
    "who": r"i|we|he|she|they|someone|somebody|(?:my|our|the|a|his|her) <some>(?:<kin>|dog|cat|puppy|kitten|pet"
           r"|guest)",
    "them": r"me|him|her|us|them|(?:my|our|the) (?:[\w-]{1,20} ){0,2}(?:<kin>|dog|cat|puppy|kitten)",
    "body": r"hands?|fingers?|thumbs?|palms?|wrists?|arms?|elbow|shoulder|face|cheeks?|eyes?|lips?|mouth|tongue"
            r"|throat|nose|scalp|head|forehead|neck|skin|chest|stomach|back|legs?|knees?|shin|thighs?|ankle|foot"
            r"|feet|toes?|tooth|teeth",
    "ill": r"(?:i'm|(?:he|she|it)'s|(?:we|they)'re|am|is|are|was|were|been|being|gets?|got|getting|feels?|feeling|felt)"
           r" (?:(?:so|very|really|quite|rather|pretty|properly|a|bit|little|both|all|now|still|just|been|being|feeling"
           r"|terribly|violently|horribly|seriously) )*(?:sick|ill|unwell|nauseous|dizzy|queasy)"
           r"(?![- ](?:of|and tired|to death|leave|days?|notes?|fitting))|vomit(?:ed|ing|s)?"
           r"|(?:threw|throwing|thrown) up|nausea|diarrh?o?ea|(?:stomach|tummy|belly)[- ]?(?:aches?|cramps?|pains?"
           r"|hurts?|is (?:killing|hurting))",
    "used": r"ate|eat(?:en|ing)|dr[au]nk|drinking|tasted|tasting|used(?! to)|using|wore|wearing|applied|applying"
            r"|breathed|breathing|inhaled|inhaling",
    "small": r"(?:button |coin |watch )?(?:batter(?:y|ies)|cells?)|magnets?|beads?|screws?|pins?|coins?|marbles?"
             r"|pods?|capsules?|silica(?: gel)?|sachets?|desiccant|plastic|glass|metal|(?:[\w-]{1,20} )?(?:parts?"
             r"|pieces?|bits?|balls?|shards?)",
    "lawyer": r"lawyers?|solicitors?|attorneys?|barristers?|legal (?:team|advis[eo]rs?|counsel|representatives?)",
    "office": r"police|constabulary|trading standards|prosecutor|court|border force|customs authority|hmrc"
              r"|tax (?:office|authority)|(?:market|consumer|product|food|data|competition"
              r"|medicines)[\w ]{0,24} (?:authority|agency|commission|regulator)|ministry|prosecutor'?s? office"
              r"|information commissioner'?s?|environmental health",
    "paying": r"(?:credit |debit |bank |visa )*(?:cards?|(?:bank |current |savings )?accounts?|banks?|paypal"
              r"|wallet|iban)",
    "bank": r"(?:my |the |our )?(?:\w+ )?(?:bank|card (?:company|issuer|provider)|credit card|paypal|klarna|visa"
            r"|amex|mastercard)",
    "others": r"(?:husband|wife|partner|mother|father|mum|mom|dad|son|daughter|brother|sister|friend|boyfriend"
              r"|girlfriend|flatmate|neighbour|boss|company|someone|somebody)(?: else)?(?:'s?)?",
    "address": r"e-?mail(?: ad?dress?)?|(?:mobile|phone|cell ?phone|telephone|contact) number|phone|mobile",
    "login": r"log-?in|sign-?in|account|profile|registered|registration|user ?name",
    "change": r"chang(?:e|ed|es|ing)|updat(?:e|ed|ing)|switch(?:ed|ing)?|replac(?:e|ed|ing)|edit|amend|swap",
    "deal": r"orders?|payments?|charges?|transactions?|purchases?|debits?",
    "job": r"lawyer|solicitor|attorney|barrister|judge|police ?(?:officer|man|woman)?|detective|journalist"
           r"|reporter|fire ?(?:man|fighter)",
}  # fmt: skip

WORDS: Mapping[str, str] = {
    "injury": r"""
        (?:hurt|burn(?:t|ed|s)?|scald(?:ed|s)?|cut|sliced|slashed|stabbed|gashed|crushed|injur(?:ed|es)
            |pierced) <whose> <some>(?:<body>)(?! (?:luggage|bag|cream|towel|feelings|size))
        (?:chipped|trapped|pinched|shocked|zapped|struck|bruised|broke|crushed) <whose> <some>(?:hands?|fingers?
            |thumb|toes?|tooth|teeth|nose|eyes?|face|head|hip|wrist|arm|leg|ankle|ribs?)
        (?:<body>|lips|lungs) (?:is|are|was|were|started|keeps?) (?:\w+ )?(?:burning|stinging|swelling|swollen
            |blistering|peeling)
        (?:hot|boiling|burning) (?:oil|water|soup|tea|coffee|fat|wax|steam)<gap>(?:on|over|in|into|all over) (?:me
            |him|us|<whose>)
        (?:flew|shot|exploded|splashed|sprayed|popped|spat|burst)<gap>(?:in|into|at) <whose> (?:face|eyes?|hands?)
        (?:<who>) fell (?:off|because (?:the|it|your)|when (?:the|it|your))
        (?:burn(?:t|ed)|scalded|injured|electrocuted|poisoned|stabbed) (?:<them>)(?!'s)
        (?:<who>)(?: has| have)? (?:got|getting|was|were|been|is|are) (?:\w+ )?(?:hurt|injured|burnt|burned|scalded
            |electrocuted|poisoned)(?! (?:that|by|to hear|feelings|when you))
        (?:cut|burnt|burned|hurt|injured|scalded) (?:myself|himself|herself|ourselves|themselves)
        (?:<body>) (?:is|are|was|were|got|has been) (?:\w+ )?(?:burnt|burned|cut|sliced|scalded|bleeding|crushed
            |trapped|swollen|blistered)
        (?:<body>) (?:got |were |was )?(?:caught|trapped) in
        (?:caused|causing|suffered|sustained) <some>(?:injury|injuries|burns|concussion)
        (?:first|second|third)[- ]degree burns?
        chemical burns?
        burns? (?:on|to|all over) <whose> <some>(?:<body>)
        (?:needed|needs|had to have|has) (?:\w+ )?stitches
        (?:i'?m|i am|i was|he'?s|she'?s|he was|she was|won'?t stop|still|and now) bleeding(?! (?:edge|heart|money
            |obvious))
        bleeding (?:a lot|badly|heavily|<body>)
        blood everywhere
        (?:rushed|taken|took|ended up|landed|put|sent|went straight|had to go|drove|admitted|brought) <some>(?:in|to
            |at|into) (?:the |an? )?(?:hospital|a ?& ?e|a and e|er|icu|emergency room|casualty)
        (?:in|at) (?:the )?(?:hospital|a ?& ?e|emergency room|icu|intensive care) (?:now )?(?:(?:because of|thanks to
            |due to) (?:your|this|the)|with (?:an? )?(?:\w+ )?(?:broken|burns?|fractured?|concussion|poisoning))
        (?:trouble|problems|difficulty|struggl\w+) (?:to )?breath(?:e|ing)
        (?:called|calling|call|need|needed|rang|phoned|waiting for) (?:for )?(?:an |the )?(?:ambulance|paramedics?
            |999|911|poison control)
        (?:unconscious|stopped breathing|can'?t breathe|couldn'?t breathe|anaphyla\w+|food poisoning
            |electric(?:al)? shock|electrocuted)
        carbon monoxide poisoning
        (?:<who>) (?:fainted|passed out|collapsed|had a seizure|threw up)
        got (?:an? )?(?:\w+ )?shock (?:off|from (?:the|it|your)|when (?:i|he|she|we) (?:plug|touch|switch|turn)\w*)
        gave (?:me|him|her|us) (?:an? )?(?:\w+ )?shock (?:when (?:i|he|she|we) (?:plug|touch|switch|turn)\w*|through)
        gave (?:my|our) <some>(?:<kin>) (?:an? )?(?:\w+ )?shock
        collapsed (?:under|on|onto|with) (?:me|him|her|us|my|our)
        # swallowed, choked, in a bad way from it
        (?:swallow(?:ed|s|ing)?|ingest(?:ed|ing)?|ate|eaten|inhaled) (?:(?:an?|the|one|two|three|some|several|of|its?
            |his|her|this|that|those) )*(?:<small>)
        (?:<small>) (?:was|were|got|has been|have been) (?:swallowed|ingested|eaten|inhaled)
        (?:<small>)<gap> (?:he|she|it|they)(?: has|'s)? (?:swallowed|ingested|ate|inhaled)
        (?:<who>)(?:'s| has| have| may have| might have)? (?:just |probably )?(?:swallowed|ingested|inhaled) (?:it
            |one|something|some|a few|them)
        (?:stuck|put|pushed|lodged)<gap>(?:batter(?:y|ies)|magnets?|beads?|it|part|piece) (?:up|in|into|down) (?:his
            |her|my|their) (?:nose|ear|throat)
        chok(?:ed|ing) on
        (?:nearly|almost|is|was|started|he|she|baby|son|daughter|child|toddler|dog) chok(?:ed|ing)
        (?:stuck|lodged) in (?:his|her|my|their) (?:throat|windpipe)
        (?:had|having|has|got|suffered|gave (?:me|him|her)|caused|triggered|due to
            |with) (?:an? |my |his |her )?(?:\w+ )?allergic reaction
        (?:^|[.!?,;:] ?|(?:get|getting|gets|was|is|it's|my|his|her|bad|nasty|severe|serious|strong|terrible|mild
            |slight) (?:an? )?)allergic reaction (?:to|from|after) (?:the|your|this|that|it|my|using|wearing|eating)
        (?:broke|broken|came|come|coming) out in (?:an? )?(?:\w+ )?(?:rash|hives|blisters|welts)
        gave (?:<them>) (?:an? )?(?:\w+ )?(?:rash|hives|blisters|burns?)
        made (?:me|him|her|us|everyone|my \w+) (?:\w+ )?(?:ill|vomit|throw up|be sick|(?:really|very|violently
            |so) sick)
        # ill from what was eaten or used
        (?:<used>)(?:(?! (?:if|while|when you)\b)[^?]){0,60}?\b(?:<ill>)
        (?:<ill>)<gap>(?:after|since|from|because (?:of|i|we|he|she)) <some>(?:<used>)
        (?:<ill>) (?:from|off|because of|thanks to) (?:your|this|that|these|those)(?! <some>(?:wait\w*|delays?|service))
        (?:gave|given|giving) (?:<them>) (?:an? )?(?:\w+ )?(?:<ill>)
        (?:glass|metal|splinters?|shards?|needle|chemical|liquid|spray)<gap>(?:in|into) <whose> (?:eyes?|mouth|throat
            |food|foot|hand|finger)
        someone (?:is|was|got|could have been|has been) (?:\w+ )?(?:hurt|injured|killed)
        lost (?:consciousness|a finger|a tooth|an eye)
    """,
    "fire": r"""
        caught (?:on )?(?:fire|alight)
        (?:burst|bursting|went) (?:into|up in) (?:flames?|smoke)
        in flames
        (?:is|was|it's|are|were|now|itself|battery|charger|plug|cable|heater|lamp|toaster|phone|scooter
            |kitchen) on fire
        set fire to (?:my|our|the|his|her)
        (?:house|kitchen) fire
        (?:there is|there's|there was|started|caused) (?:an? )?(?:\w+ )?fire(?! (?:sale|place|pit|red|stick|alarm
            |drill))
        flames? (?:came|coming|shot|shooting|out of|everywhere)
        nearly burn(?:t|ed) (?:down|the house|our|my)
        burn(?:t|ed) (?:down|a hole|through|out the)
        fire (?:brigade|service|department) (?:came|had|was|were|is|here|out|because)
        (?:called|call|rang|had) the fire (?:brigade|service|department)
        (?:exploded|exploding|blew up|went bang)
        (?:an|the|small|big|loud|huge|little) explosion
        smoke everywhere
        smoke (?:is |was |started |keeps )?(?:came|coming|comes|pouring|billowing|rising|out of|everywhere
            |from (?:the|it|my))
        (?:started|began|is|was|it's|are|keeps|kept) smoking(?! (?:area|jacket|pipe))
        smoking (?:battery|charger|plug|socket|cable|adapter|toaster|heater)
        full of smoke
        (?:burning|burnt) (?:plastic |rubber |electrical )?smell
        smell(?:s|ed|ing)? (?:of |like )?(?:burning|burnt (?:plastic|rubber))
        sparks? (?:flew|flying|came|coming|shot|shooting|out of|everywhere|from)
        (?:was|is|it's|started|keeps|socket|plug|charger) sparking
        sparked (?:and|when|as soon|,)
        (?:plug|charger|cable|socket|battery|adapter|casing|wires?|wiring|power (?:bank|supply)|heater|blanket
            |fuse)<gap>(?:melted|melting)
        melted (?:the |my |our |into |onto )+(?:\w+ )?(?:plug|socket|charger|cable|carpet|table|worktop|desk|floor
            |mattress|sofa)
        (?:swollen|swelling|bulging|bloated) (?:\w+ )?(?:battery|power ?bank)
        (?:battery|batteries|power ?bank) (?:\w+ )?(?:is |has |have |are |looks |was )*(?:swollen|swelling|swelled
            |bulging|bulged|bloated|leaking|leaked)
        gas (?:leak|leaking|is leaking)
        smell(?:s|ed|ing)? (?:of )?gas
    """,
    "threat": r"""
        i(?:'ll| will| am going to|'m going to|'m gonna|'m coming to) (?:\w+ )?(?:come (?:for|after|and (?:find|get
            |hurt|smash|burn))|find (?:you|where you)|hurt (?:you|someone|somebody|myself)|kill (?:you|someone
            |somebody|myself|him|her|them|all of you))
        i(?:'ll| will| am going to|'m going to|'m gonna|'m coming to) (?:come|turn up|show up|drive|go) (?:to|at|over
            |round|by|down)<gap>(?:smash|burn|torch|wreck|trash|stab|shoot|beat|break your)
        i(?:'ll| will| am going to|'m going to|'m gonna) (?:smash (?:up )?your|burn (?:you|it down|your (?:shop|store
            |house|place|office|warehouse))|stab|blow (?:you|your|it) up|punch|break your (?:legs?|neck|face
            |windows?)|beat (?:you|him|her|the (?:hell|crap)))
        (?:kill|hurt|harm|hang|cut) (?:myself|my self)
        (?:kill|hurt|shoot|stab) (?:you|u|yourself|your (?:family|staff|driver|people))(?! (?:to|an?|over)\b)
        (?:want|going|rather|ready) to (?:just )?die(?! (?:for|of))
        (?:end|ending|take|taking) (?:it all|my (?:own )?life)
        suicid(?:e|al)
        self[- ]harm(?:ing)?
        don'?t want to (?:live|be alive|be here) any ?more
        (?:no (?:reason|point) (?:to|in) (?:live|living|go on|going on)|better off dead)
        (?:see|have) (?:no|any) (?:reason|point) (?:to|in) (?:live|living|go on|going on)
        pay (?:for (?:this|it) )?with (?:blood|your (?:life|blood))
        bomb (?:threat|your|the (?:shop|store|office|warehouse))
        (?:a|the) bomb (?:in|at|under|inside) (?:your|the)
        know where (?:you|your (?:driver|family|staff)) (?:lives?|works?)
        you(?:'re| are) (?:all )?dead
        watch your back
        (?:life is ?n'?t|life is not|not) worth living
        come<gap>with a (?:knife|gun|bat|hammer)
        (?:acid|knife|gun|petrol) (?:to|in|through|at) (?:your|the) (?:shop|face|store|office|door|letterbox)
    """,
    "recall": r"""
        (?:been|is|are|was|were|being|got|just|officially) (?:\w+ )?recalled
        recalled (?:by|because|for safety|due|over|products?|items?|models?|batch(?:es)?|toys?|batter(?:y|ies)|units?)
        (?:a|the|this|any|that|product|safety|battery|toy|voluntary|official|urgent|manufacturer'?s?|under|for|about
            |food|on) recalls?(?! (?:it|that|the|my|me|of (?:my|the) (?:parcel|package|order)))
        recall (?:notices?|e-?mails?|lists?|numbers?|alerts?|letters?|campaign|programme|program|announcement|warning
            |e-?mail|page|of (?:this|your|that|these|those|all))
        (?:are|you|they|maker|company|shop|manufacturer) (?:guys )?(?:are |is )?recalling
        (?:product )?safety (?:warning|alert|notice) (?:about|for|on|from|issued)
        (?:taken|pulled) off the market
        withdrawn (?:from sale )?(?:for|because of|over|on) safety
    """,
    "chargeback": r"""
        charge-?backs?
        (?:a|do a|file a|by) charge back
        charg(?:e|ing) (?:it|this|that|the (?:payment|money|order)) back(?! up)
        (?:disput(?:e|ed|ing)|contest(?:ed|ing)?) (?:(?:the|this|that|a|your|both|these|those) )?(?:\w+ )?(?:charges?
            |payments?|transactions?|debits?)
        (?:disput(?:e|ed|ing)|contest(?:ed|ing)?) <some>(?:with|through|via|at) (?:<bank>)
        (?:payment|charge|transaction|card|paypal|klarna|bank) disputes?
        open(?:ed|ing)? (?:an? )?(?:<bank>) (?:case|dispute|claim)
        (?:open|opened|opening|rais(?:e|ed|ing)|fil(?:e|ed|ing)|start(?:ed|ing)?|logged|submitted|put in|lodg(?:e|ed)
            |mak(?:e|ing)|made) (?:an? |my |the )?(?:\w+ )?(?:disputes?|claims?|cases?|complaints?) (?:with|at
            |through|via|to) (?:<bank>)
        (?:<bank>) (?:claims?|cases?|disputes?) (?:is |was |has been |now |already )*(?:open|opened|started|filed
            |raised|running)
        section 75
        (?:<bank>)(?: will| can| to| should| has| have| is| are)? (?:already )?(?:revers\w+|claw\w*|pull\w*|tak(?:e
            |es|ing|en)|get(?:s
            |ting)?) (?:the |my |this |that |it )?(?:money |payment |charge |transaction |funds )?(?:back|off you)
        (?:<bank>)(?: will| can| to| should| has| have| is)? (?:already )?revers(?:e|ed|ing) (?:the|my|this|it)
        revers(?:e|ed|ing|al of) (?:the|my|this|that) (?:\w+ )?(?:charge|transaction|payment)
        (?:ask|asked|asking|tell|told|telling|got|get|getting|have) (?:<bank>) to (?:\w+ )?(?:reverse|refund|get|take
            |pull|claw|stop|block|dispute)
        (?:going|go|taking (?:it|this)|take (?:it|this)) (?:up )?(?:to|through|via|with) (?:<bank>) (?:about|over|for
            |to get|and get)
        getting? (?:it|the money|my money) back (?:through|via|from|with) (?:<bank>)
    """,
    "authority": r"""
        (?:this is|i am|i'm|we are|we're|speaking|writing|write|contacting|calling|acting|on behalf|officer|detective
            |inspector|agent|sergeant|investigator)<gap>(?:from|for|of|with
            |at) (?:the |an? )?(?:[\w-]{1,20} ){0,3}(?:<office>)
        (?:we are|we're|i represent|this is) (?:the |an? )(?:[\w-]{1,20} ){0,2}(?:<office>)
        (?:i am|i'm|this is) (?:an? |the )?(?:\w+ )?(?:police (?:officer|detective|investigator)
            |detective (?:sergeant|constable|inspector)|customs officer|(?:trading standards|tax|health|food
            |product safety) (?:officer|inspector)|public prosecutor|bailiff)
        (?:sergeant|detective|constable|inspector
            |officer)(?: \w+){1,2},? (?:of |from |with )?(?:the )?(?:[\w-]{1,20} ){0,2}police
        (?:trading standards|customs|police|tax|health) (?:officer|inspector) here
        police (?:want|wants|need|needs|are asking|is asking|asked|require|are looking)<gap>(?:orders?|address|receipts?
            |invoices?|proof|buyer|records)
        (?:subpoena|search warrant|court order|production order|witness summons|legal hold)
        (?:criminal|police|official|formal) (?:investigation|inquiry|enquiry|request (?:from|for|by|of|under))
        (?:notice of inspection|inspection of your (?:premises|shop|warehouse|stock))
        request for (?:information|data|disclosure|records) (?:under|from the|pursuant)
        investigat(?:ing|ion into|ion of) (?:a |an |the |your |this )?(?:\w+ )?(?:theft|fraud|crime|offence|seller
            |shop|company|complaints?|customer)
    """,
    "fraud": r"""
        fraud(?:ulent|ulently|sters?|s)?(?! (?:protection|prevention|proof|detection))
        (?:stolen|cloned|skimmed) (?:\w+ )?(?:card|cards|identity|identities|card details|bank details)
        card(?: details| number)? (?:was |were |has been |have been |got |is |are |been )+(?:stolen|cloned|skimmed
            |leaked|compromised|misused)
        card (?:has been|was|is being|got|is) used (?:without|by (?:someone|somebody)|abroad|in another|fraudulently)
        (?:charged|billed|paying)(?: me)? for (?:something|things|stuff|an order|orders|a purchase) i (?:never
            |did ?n'?t|did not)
        (?:it|that|this) (?:was ?n'?t|was not) me
        (?:login|password|identity) (?:was |has been |got |is )?stolen
        (?:claims?|claiming|claimed) to be (?:from )?(?:you|your shop)
        stole my (?:\w+ )?(?:card|identity|details|bank|account|password|login)
        identity (?:theft|thief|thieves)
        (?:account|profile|login|password|site|website|i|i've|we|been|got|was|were|somebody
            |someone)(?: \w+)? (?:been |was |were |got |is |just |gotten )?hacked
        who (?:has |just )?(?:ordered|bought|paid|used|logged in)<gap>my (?:account|card|paypal)
        hacked (?:my|into|me|our|account)
        hackers? (?:got|has|have|had|took|in my|into|changed|accessed|ordered|is|are|used|logged)
        (?:account|login|profile|e-?mail
            |password)s? (?:has |have |was |is |got |may |might |been |be )*(?:compromised|taken over|hijacked
            |broken into|breached|phished)
        un-?authori[sz]ed (?:\w+ )?(?:<deal>|access|log-?ins?|use|withdrawals?)
        (?:someone|somebody|a stranger|another person|an ex|my ex|whoever|a thief|a scammer)(?: else)?(?:'s| is| has
            | had| must have| may have)?(?: been| just)? (?:us(?:ed|ing)|order(?:ed|ing)|logg(?:ed|ing) in|sign(?:ed
            |ing) in|got in|access(?:ed|ing)|plac(?:ed|ing)|chang(?:ed|ing)|bought|buying|spent|broke|paid
            |took)<gap>my (?:\w+ )?(?:<paying>|<login>|name|identity|details|password|<address>|money)
        (?:did ?n'?t|did not|never|have ?n'?t) (?:make|made|place|placed|authori[sz]ed?|approve|approved) (?:this
            |that|these|those|any such|the) (?:\w+ )?(?:<deal>)(?! (?:yet|by|until|in time))
        (?:<deal>)<gap>i (?:never|did ?n'?t|did not|have ?n'?t) (?:make|made|place|placed|authori[sz]ed?|approved?)
        (?:do ?n'?t|do not|can'?t|never) recogni[sz]e (?:this|that|the|an?|these|those|some
            |any of) (?:\w+ ){0,2}(?:<deal>|log-?ins?|sign-?ins?|devices?)
        (?:unknown|strange|suspicious|mystery|unrecogni[sz]ed) (?:\w+ )?(?:<deal>|log-?ins?|sign-?ins?|devices?
            |activity|address) (?:on|in|to|from|under|has|have|was|were|appeared)
        (?:phishing|phished)
        fake (?:e-?mails?|texts?|calls?|sites?|websites?|shops?|invoices?) (?:from|in|using|with|that|pretending
            |claiming|as)
        (?:fake|copy of your) (?:site|website|shop)
        pretend(?:s|ing|ed)? to be (?:you|your|from (?:you|your)|an? (?:courier|employee|agent)|the shop)
        impersonat(?:e|es|ed|ing|ion)
        (?:been|was|were|got) (?:\w+ )?scammed
        scam (?:e-?mail|text|call|message|site|website)s?
    """,
    "legal": r"""
        (?:my|our|your|through|via|contact(?:ed|ing)?|hir(?:e|ed|ing)|call(?:ed|ing)?|instruct(?:ed|ing)?
            |consult(?:ed|ing)?|get|getting) (?:an? |our |my )?(?:\w+ )?(?:<lawyer>)
        (?:<lawyer>)(?:'s)? (?:letter|fees|will|says?|has|is|have|and i)
        legal (?:action|proceedings|steps|advice|claim|case|letter|route|matter|recourse|notice to)
        (?:take|taking|took|see|seeing|drag) (?:you|u|this|it|them|the company) (?:all )?(?:to
            |in) (?:the )?(?:\w+ )?court
        to (?:small claims |county )?court(?! (?:shoes|road|street|lane|house|side|\d))
        suing
        (?:small claims|county court|money claim)
        su(?:e|ed|ing) (?:you|your|u|the (?:shop|company|seller)|them|over|for|if)
        (?:i'?ll|i will|going to|gonna|want to|would|could|can|might) sue
        law ?suits?
        (?:cease and desist|letter before (?:action|claim)|class action|breach of contract|breaking the law
            |pressing charges|press charges)
        (?:trade ?mark|copyright|patent) infringement
        (?:trading standards|ombuds(?:man|person|woman)|consumer protection|citizens'? advice|better business bureau
            |advertising standards)
        consumer (?:court|forum|tribunal|rights (?:group|organisation|organization|agency|centre|center))
        (?:report(?:ed|ing)?|complain(?:ed|ing)?) <some>(?:to|with) (?:the )?(?:authorit(?:y|ies)|regulators?|police
            |government|ministry|consumer \w+)
        (?:call(?:ed|ing)?|go(?:ing)? to|went to|to|contact(?:ed|ing)?|inform(?:ed|ing)?|involv(?:e|ed|ing)|tell|told
            |getting|with|by|notify) the police
        police (?:report|complaint|involved|case|reference|statement|will|are|have|matter)
        (?:gdpr|data protection) (?:complaint|request|violation|breach|claim|authority|commissioner|rights)
        (?:subject access request|data breach|right to (?:be forgotten|erasure)|under (?:the )?gdpr
            |personal injury claim)
    """,
    "press": r"""
        journalists?
        (?:a|news|tv|local|freelance|student|young|consumer|as|the) reporters?
        reporter (?:here|from|at|with|for)
        (?:tv|film|camera|news) crew
        (?:press|media) (?:enquir\w+|inquir\w+|requests?|officers?|office|contacts?|relations|kit|releases?|pass
            |accreditation|interviews?|team|coverage|outlets?)
        (?:go|going|went|talk|talking|speak|speaking|straight|write|writing|leak|tell|telling|told|call|calling
            |contact|contacting|inform|informing|alert|take this|taking this|handles) (?:about this )?(?:(?:to
            |with) )?the (?:\w+ )?(?:press|media|newspapers?|papers|tabloids|news)
        (?:from|with|in|for) the (?:press|media)
        (?:for|with|at|edit|write for) (?:an?|the|one of the) (?:[\w-]{1,20} ){0,2}(?:newspaper|magazine for
            |news (?:site|agency|channel|desk|programme)|tv (?:station|show|channel|crew)|radio (?:station|show)
            |trade (?:magazine|journal)|broadcaster)
        (?:local|regional|national|daily|student) (?:news)?papers?
        (?:writing|write|doing|working on|preparing|researching|putting together|publishing|filming
            |making) (?:an? |the |some )?(?:\w+ )?(?:articles?|news story|story about|piece (?:on|about)
            |feature (?:on|about)|report (?:on|about)|documentary|story on)
        interview (?:with the|your|someone|the (?:owner|manager|founder))
        (?:a|our|my) documentary
        our (?:newspaper|magazine|radio station|readers|viewers|listeners)
        (?:request|requesting|arrange|schedule|do|like|need) an interview
        (?:comment|statement|quote) (?:for|on|about|from) <some>(?:article|story|piece|readers|report|feature|strike
            |scandal|allegations?)
        (?:be|go|going|put (?:you|this|it)|see you|end up|appear|get (?:you|this)) (?:all over |on )+(?:the )?(?:tv
            |telly|television|news|front page)
        (?:bbc|itv|channel 4|cnn|sky news|reuters)<gap>(?:journalist|reporter|article|investigat\w+|interview
            |watchdog|wants|contacted|know|about you)
        (?:expos(?:e|ing)|nam(?:e|ing) and sham(?:e|ing)) (?:you|your|this|them)
    """,
    "goodwill": r"""
        good-?will(?: (?:gesture|payment|voucher|credit|refund|sum|amount))?
        gesture of good ?will
        compensat(?:e|ed|es|ing|ion)
        (?:as|by way of) (?:some |a little |a small |a kind of |an )?(?:apology|consolation|gesture|damages)
        make (?:it|this|that) up to (?:me|us|my)
        make amends
        what (?:can|could|will|would|are|do) (?:i|we|you) (?:going to |willing to )?(?:get|give|giving|offer|offering
            |do for)(?: me| us)? (?:for|as|after) (?:(?:all|the|my|this|that) )*(?:\w+ )?(?:inconvenience|trouble
            |hassle|stress|delay|waiting|wait|mess|mistake|apology)
        (?:refund|discount|vouchers?|credits?|money (?:back|off)|something(?: off| back| extra)?|gift (?:card
            |voucher)|points|free <some>\w+|coupon|[£€$] ?\d[\d.,]*(?: off| back)?|\d+ ?%(?: off| back)?
            |\d+ (?:pounds|euros|dollars|quid|bucks)(?: off| back)?) (?:\w+ ){0,3}?(?:for|because of|due to|given
            |considering|after) (?:(?:all|the|my|this|that|our|your|such) )*(?:\w+ )?(?:inconvenience|trouble|hassle
            |stress|distress|upset|waste of|wasted|waiting|wait|disappointment|mess|mistake|ordeal|nightmare|ruined
            |lateness|delays?|mix-?up)
        (?:discount|money off|something off|reduction|\d+ ?% off|[£€$] ?\d[\d.,]* off|knock (?:\S+ ){1,3}off
            |(?:pounds|quid|euros|bit) off|part(?:ial)? refund) (?:\w+ ){0,3}?(?:for|because|since|as|due to|given
            |considering) (?:\w+ ){0,5}?(?:scratch\w*|damage\w*|fault\w*|dent\w*|chip(?:ped|s)?|late|delay\w*
            |stain\w*|defect\w*|marks?|crack\w*|torn|box)
        part(?:ial)? refund (?:and|if|while|so)<gap>keep
        keep (?:it|them|the \w+)<gap>(?:for|if|with) (?:i (?:get|got|had)|you (?:give|gave|refund|knock|take)|an?
            |some) (?:\w+ )?(?:part(?:ial)? refund|discount|reduction|money|something|[£€$]?\d+)
        (?:want|like|offer|accept|demand|deserve|ask(?:ing)? for
            |settle for) (?:me )?(?:at least )?(?:an? |some )?part(?:ial)? refund
        (?:reimburs\w+|pay(?:ing)?|cover(?:ing)?|refund\w*|claim(?:ing)?|billing? you|invoice you
            |charge you)<gap>(?:my|the|our) (?:\w+ )?(?:taxi|cab|train (?:fare|ticket)|parking (?:costs?|fees?
            |ticket)|phone (?:calls?|bill)|petrol|lost (?:wages|earnings|income)|day off(?: work)?|time off|wages
            |repair (?:costs?|bill)|plumber|electrician|cleaning (?:costs?|bill)|vet(?:'s)? (?:bill|fees?)
            |medical (?:bills?|costs?)|hotel|ruined \w+)
        (?:pay|sue|claim|claiming|paying|liable|want|demand|seek|entitled to)(?: me| you)?(?: for)? damages
        knock (?:\S+ ){1,3}off and (?:i'?ll|i will|i'?d) keep
        (?:[£€$] ?\d[\d.,]*|\d+ ?(?:pounds|euros|dollars|quid|%|percent)) back (?:because|and (?:i'?ll|i will) keep)
        (?:[£€$] ?\d[\d.,]*|\d+ ?(?:pounds|euros|dollars|quid|%|percent)) off (?:because|since|and (?:i'?ll
            |i will) keep)
        out of pocket
    """,
    "other_method": r"""
        (?:refund(?:ed|s|ing)?|money back|my money|reimburs\w+)<gap>(?:to|onto|into|on|via|by|through) (?:(?:an?|my
            |the|his|her|our|this|that) )?(?:different|another|other|new|second|alternative) (?:\w+ )?(?:<paying>)
        (?:refund(?:ed|s|ing)?|the money)<gap>(?:to|onto|into|on
            |via) (?:my |his |her |our )?(?:<others>) (?:\w+ )?(?:<paying>)
        (?:refund(?:ed|s|ing)?|money back|reimburs\w+)<gap>(?:in cash|as cash|by che(?:que|ck)|by (?:bank transfer
            |wire|western union)|in (?:bitcoin|crypto)|via (?:venmo|zelle|bank transfer|western union|wire|bacs)
            |to (?:venmo|zelle|my iban|this iban|an iban))
        (?:refund(?:ed|s|ing)?|money(?: back)?)<gap>(?:to|onto|into|on
            |via) (?:my |the |a |our )?(?:\w+ )?(?:<paying>) (?:instead|rather than|not (?:the|my|to))
        refund(?:ed|s|ing)?<gap>(?:instead of|rather than|and not
            |but not) (?:to |back to |on |onto )?(?:the |my )?(?:\w+ )?(?:<paying>|original (?:method|payment|card))
        (?<!gift )(?:card|account|paypal|bank)(?: i (?:paid|used|ordered)(?: with)?| that i (?:paid|used)(?: with)?
            | used)? (?:is |was |has |been |got |now |just )*(?:closed|expired|cancelled|canceled|lost|blocked|frozen
            |stolen)<gap>refund
        refund\w*<gap>(?:card|account|paypal|bank)<gap>(?:(?:is|was|has been|been|got|has) (?:\w+ )?(?:closed|expired
            |cancelled|canceled|lost|blocked|frozen|stolen)|no longer (?:exists?|active|valid|mine|works?))
        (?:card|account|paypal)<gap>refund<gap>(?:closed|expired|blocked|cancelled|canceled|no longer)
        (?:closed|lost|cancelled|canceled|no longer have|don't have) (?:that|the|my|this) (?:\w+ )?(?:card
            |bank account|account)<gap>refund
        (?:not|don'?t|do not|rather not) (?:\w+ ){0,3}refund(?:ed)? (?:\w+ ){0,4}(?:same|original|old|first
            |previous) (?:<paying>|payment method|method)
        cash (?:back )?(?:instead|rather than)
        (?:change|switch|different|another|choose) (?:the |my )?refund (?:method|account|card|destination)
        (?:send|transfer|wire|pay) (?:me |us )?(?:the |my )?(?:refund|money)(?: back)? (?:to|into|onto) (?:this
            |the following|my (?:bank account|iban|sort code|account number))
        (?:refund\w*|money(?: back)?) (?:to|into|onto|on) (?:the |this )?(?:iban|sort code|account(?: number| no)?:? \d)
        but (?:please )?(?:to|onto|into) (?:my |the |an? )?(?:other|different|another|new|second) (?:\w+ )?(?:<paying>)
        refund (?:my|the) (?:friend|husband|wife|mum|mom|dad|mother|father|son|daughter|sister|brother|boyfriend
            |girlfriend|partner)(?!'s)
    """,
    "login": r"""
        (?:<change>)<gap>(?:<address>)<gap>(?:<login>|log(?:ging)? in|sign(?:ing)? in)
        (?:<login>|log in|sign in)(?:'s)? (?:\w+ )?(?:<address>)<gap>(?:<change>|wrong|old|no longer|different|new
            |another)
        (?:<change>) (?:my |the |our )?(?:\w+ )?(?:<login>|log in|sign in)(?:'s)? (?:<address>)
        (?:<change>) (?:my |our )(?:\w+ )?e-?mail(?: ad?dress?)?(?=$| ?[.,!?;]| (?:to|from|on|please|because|as
            |since))
        (?:different|another|new|other|wrong) (?:<address>) (?:for|to|on|in|with) (?:my |the )?(?:<login>|log in
            |sign in|logging in)
        (?:log|sign) in with (?:an?|my) (?:different|another|new|other) (?:<address>)
        (?:move|transfer|link|connect|attach|switch|change) (?:my |the )?(?:account|login|profile) (?:to|with) (?:an?
            |my|the|another) (?:\w+ )?(?:<address>)
        (?:lost|lose|no|no longer have|don'?t have|without) access to (?:my|that|the
            |this) (?:old |former |previous |work |school |registered )?(?:<address>|inbox)
        (?:can'?t get into|can'?t access|no longer (?:have|use)) (?:my|that) (?:old|former|previous|work|school
            |registered) (?:<address>|inbox)
        (?:old|former|previous|registered) (?:<address>) (?:is|was|has been|no longer|doesn'?t) (?:\w+ )?(?:gone|dead
            |closed|deleted|deactivated|disconnected|works?|exists?|active|in use|mine|valid)
        (?:<address>) (?:on|of|for) my (?:account|profile|login) (?:needs?|must|should|has to|has changed|is (?:wrong
            |old|out of date))
        new (?:e-?mail(?: address)?|(?:mobile|phone) number)<gap>(?:account|profile|login|log in|sign in)
        (?:lost|no longer have) my (?:phone|number|e-?mail)<gap>(?:code|log in|login|sign in|account)
        (?:verification|security|login|one-time) codes? (?:\w+ )?(?:goes|going|sent|comes
            |arrives) to (?:my |an? |the )?(?:old|wrong|another|former|different)
    """,
    "death": r"""
        (?:passed|passing) away
        (?:deceased|bereaved|bereavement|probate|executor|executrix|widowed)
        next of kin
        death (?:certificate|in the family)
        late (?:husband|wife|partner|brother|sister|son|daughter|uncle|aunt|mother|father|mum|mom|dad
            |grand\w+)(?!'?s'? (?:day|birthday))
        estate of (?:the )?(?:late|my|his|her|our)
        (?:<kin>|account holder|customer|buyer|recipient|owner|he|she)(?:,? (?:who|has|have|had|just|sadly
            |unfortunately|suddenly|recently|unexpectedly|also|then|and|was|is|is now)){0,4} (?:died|deceased
            |was killed|is dead|lost (?:his|her) (?:battle|life))
        (?:<kin>) <some>no longer with us
        (?:he's|she's|he is|she is|(?:<kin>)(?: is|'s)) dead(?! (?:set|keen|easy|tired|serious|right|happy|on))
        (?:<kin>)(?: has| had| sadly| recently)? passed(?=$| ?[.,!?]| (?:last|in|yesterday|this|suddenly|peacefully))
        died (?:last (?:week|month|night|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|suddenly
            |before (?:it|the (?:parcel|order)) (?:arrived|came)|in hospital)
        (?:death|loss|passing|funeral|burial) of (?:my|our|his|her|a|the) <some>(?:<kin>|customer|account holder)
        (?:my|our|his|her) <some>(?:<kin>)'s (?:death|passing|funeral|burial|estate)
        lost (?:my|our|his|her|their) (?:\w+ )?(?:husband|wife|partner|mother|father|mum|mom|dad|son|daughter|brother
            |sister|baby|gran|nan|grandmother|grandfather)(?!'s)(?! (?:in|to the))
        funeral (?:director|home|arrangements|costs|expenses)
    """,
    "minor": r"""
        i(?:'m| am)(?: only| just| still)? (?:<age>)(?:[- ]?(?:years?|yrs?)(?:[- ]old| of age)|[- ]?y/?o)
        we(?:'re| are)(?: only| just| both| all| still)* (?:<age>)(?:[- ]?(?:years?|yrs?)(?:[- ]old| of age)|[- ]?y/?o)
        we(?:'re| are) (?:both|all)(?: only| just| still)? (?:<age>)(?=$| ?[.,!?;:]| (?:and|so|but)\b)
        i(?:'m| am) an? (?:<age>)[- ]?(?:years?|yrs?)[- ]?old
        i(?:'m| am) (?:<age>),? (?:and|so|but) (?:i |have |i've |i have |just )*(?:bought|ordered
            |purchased|paid)(?! (?:an? )?(?:size|\d))
        (?:my|our|the|his|her) <some>(?:<child>) is (?:only |just )?(?:<age>)(?:[- ]?(?:years?|yrs?)[- ]old)?,? (?:and
            |but)(?: she| he| they)?(?: has| just)? (?:bought|ordered|purchased|paid|pressed|spent)
        (?:if|when) (?:a|my) (?:child|kid|minor|teenager) (?:orders?|buys?|pays?)
        i(?:'m| am) (?:only|just|still) (?:<age>)(?=$| ?[.,!?;:]| (?:and|so|but)\b)
        i(?:'m| am) (?:<age>),? (?:and|so|but|can|am|is|do)<gap>(?:allowed|old enough|parents?|mum|mom|dad|legally
            |adult|is that ok|want to (?:buy|order))
        (?:i'?m|i am) (?:still )?(?:an? )?(?:under-?age|under (?:18|eighteen|16)|minor|not (?:yet |even )?(?:18
            |eighteen))
        i(?:'m| am) (?:just |only |still )?a (?:child|kid|schoolkid|minor)
        my (?:mum|mom|dad|parents|mother|father) (?:don'?t|doesn'?t|do not|does not|didn'?t) (?:know (?:i|about
            |that i|yet)|let me|allow me|allow it|want me to (?:buy|order|shop))
        without my (?:parents?|mum|mom|dad|mother|father)'?s?'? (?:knowing|finding out|permission|consent|knowledge
            |card)
        (?:with|using|used|on) my (?:mum|mom|dad|mother|father|parents?|nan|gran)'?s?'? (?:\w+ )?(?:card|credit card
            |paypal|bank account|account)
        (?:can|are|may|do) (?:kids|children|minors?|under[- ]?(?:18|16|eighteen)s?|teenagers|a (?:child|minor
            |kid)) <some>(?:order|buy|pay|purchase|register|have an account)
        (?:if|when|while) (?:i'?m|you'?re|i am|you are) (?:under (?:18|16|age)|a minor)
        (?:my|our|the|his|her) <some>(?:<child>)(?:,? (?:aged? )?(?:<age>))?,?(?: has| have| had| must have| just
            | went and| somehow)? (?:accidentally|secretly|mistakenly|unknowingly) (?:bought|ordered|purchased|placed
            |made|pressed|checked out|paid|subscribed)
        (?:my|our|the|his|her) <some>(?:<child>)(?:,? (?:aged? )?(?:<age>))?,?(?: has| have| had| must have| just
            | went and| somehow)? (?:bought|ordered|purchased|placed|made|paid|subscribed|spent|pressed|used|took
            |got)<gap>(?:without (?:asking|permission|my|our|telling|me|us)|by accident|by mistake|accidentally
            |behind my|(?:with|on|using|from) my (?:\w+ )?(?:card|phone|account|tablet|ipad|laptop|paypal)
            |my (?:\w+ )?(?:card|account|phone) (?:to|and)|playing (?:with|on))
        (?:my|our|the) <some>(?:<child>)(?: has| just)? (?:used|took) my (?:\w+ )?(?:card|account|paypal|card details)
        (?:my|our|the|a) (?:[\w-]{1,20} )?(?:(?:<age>)[- ](?:years?|yrs?)[- ]olds?|toddler|little (?:one|boy|girl
            |brother|sister))(?: (?:son|daughter|boy|girl|child|kid|grandson|granddaughter))?,?(?: has| have
            | just| went and| somehow| must have)? (?:bought|ordered|purchased|placed|pressed|checked out|paid|spent
            |subscribed)
        (?:ordered|bought|purchased|placed|made|paid for) (?:\w+ ){0,2}by (?:my|our|a) (?:[\w-]{1,20} ){0,2}(?:<child>
            |minor)(?!'s)
        (?:kids?|children|child|son|daughter|toddler|baby|grandson|granddaughter) (?:got|got hold of|was playing
            |were playing|playing|grabbed) (?:with |on |hold of )?my (?:phone|tablet|ipad|card|laptop|account)
    """,
}  # fmt: skip

HARMLESS = r"""
    (?:gift|present|something|card|mug|tie|bag|briefcase|pen)s? (?:\w+ ){0,3}for (?:an?|my|our|his
        |her) (?:\w+ )?(?:<job>)s?
    (?:<job>)(?:'?s)? (?:costume|uniform|mug|hat|cap|bag|briefcase|outfit|toy|car|set|figure|fancy dress|notebook
        |notepad|doll|helmet|badge|playset|van|wig|satchel)s?
    (?:garlic|french|cider|juice|wine|apple|flower|tofu|pasta|burger|sandwich|trouser|bench|leg|chest|shoulder|heat
        |hand|drill|printing|coffee|tortilla) ?press(?:es)?
    press (?:the|a|any|and hold|it|down|studs?|on nails|enter|play|start|release)
    (?:social media|media (?:player|unit|console|stand|cabinet|streamer|server|centre|center|storage))
    (?:smoke|gas|heat|fire|carbon monoxide) (?:and \w+ )?(?:alarms?|detectors?|sensors?|extinguishers?|blankets?
        |pits?|places?|guards?|tv|stick|hd|red|engine|truck|starter|lighters?)
    gas leak (?:detectors?|alarms?|tests?|sensors?)
    (?:exploded (?:view|diagram|drawing)s?|explosion[- ](?:proof|box(?:es)?|cards?|of \w+)|blew up (?:on|my)
        |exploded (?:in popularity|on tiktok))
    (?:sale|deals?|prices?|shop|store|team|collection|outfit|playlist) (?:is|are|was) (?:\w+ )?on fire
    (?:bath|seed|glitter|photo|cocoa|hot chocolate|shower|water) ?bombs?
    (?:suicide squad|killer (?:heels?|whales?|app|deal|price|looks?|sudoku|outfit|boots?)|kill (?:time|weeds?|germs?
        |bacteria|mould|moss))
    (?:to die for|dead (?:on arrival|pixels?|stock|batter(?:y|ies)|sea|lifts?|easy|simple|cute|skin)|walking dead
        |red dead|day of the dead)
    (?:chok(?:ing|e) hazards?|first[- ]aid|(?:hospital|maternity) (?:bags?|corners?|slippers?|gowns?|beds?|grade|shop
        |ward|canteen))
    (?:colou?rs?|dye|ink|paint|marker|print|edges?) (?:is |are |was |were |keeps? |started )?bleeding
    bleeding (?:in the wash|colou?rs?|into|onto|through|edges?|hearts?)
    (?:poison (?:ivy|perfume|ring)|shock (?:absorb\w*|proof|waves?)|burn (?:time|rate)s?)
    (?:hurt|hurts|cut|rubbed|cutting into|burn) my (?:feet|heels?|toes|ears|wallet|budget)
    (?:hurt|injured|broke|twisted|sprained) (?:<whose>) <some>(?:<body>) (?:at|playing|during|while|skiing|running)
    anti-?fraud
    (?:hack ?saws?|(?:life|ikea|cooking) ?hacks?|hackers? (?:t-?shirt|hoodie|costume|handbook))
    (?:court|tennis|food|badminton|basketball|squash) ?(?:shoes?|courts?)
    (?:as far as|if|that|from what|don'?t|can'?t|cannot|do|did|didn'?t|to|i|you|we|he
        |she) (?:i |you |we )?recall(?:ed|s)?(?! (?:this|your|these|that|those|all) (?:product|toy|battery|model|item
        |kettle|heater|charger))
    total recall
    (?:memory|recall) (?:button|game)
    recall (?:the |my |this )(?:parcel|package|order|shipment|e-?mail)
    the police (?:vinyl|album|record|t-?shirt|cd|lp|band)
    legal (?:pads?|size|paper|height|age)
    (?:widow|widow's) (?:spider|peak)s?
    (?:good ?will hunting|good ?will (?:store|shop))
    (?:sorry|apologies|apologise|thanks|thank you) (?:\w+ ){0,3}for (?:the|any|all the
        |this) (?:\w+ )?(?:inconvenience|trouble|hassle|delay|wait)
    compensat\w+ for (?:the |its |my )?(?:size|weight|height|width|temperature|short|narrow|wide)\w*
"""
