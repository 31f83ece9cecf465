"""Short forms and spelling variants of first names."""

from collections.abc import Mapping

_GROUPS = """
abdul abdal abdel abdool
abdullah abdallah abdulla
abigail abi abby abbie
adam ads
ahmed ahmad achmed ahmet
aisha ayesha aysha aicha aishah
alex alexander alexandra alexandria lex sandra sasha xander
ali aly alee
alfred alf alfie fred freddie freddy
amelia amy millie milly
andrew andy drew andre
anthony antony tony ant
archibald archie archy
arthur art artie
ashley ash ashleigh
benjamin ben benny benji
bradley brad
cameron cam
catherine katherine kathryn katharine katie kate kathy cathy kat kitty
charles charlie charlotte chas lottie
christopher chris christian christina christine kit kristopher
cynthia cindy
daniel dan danny danielle dani
david dave davey davy dawood daud
dominic dom dominick dominique
edward ed eddie eddy ted teddy ned
elijah eli
elizabeth beth betty eliza lizzie lizzy liz libby ellie elsie lisa
ella ellie eleanor elle nell nellie
emily em emmy
fatima fatimah fatma fatuma
francis frances fran frank frankie francesca
gabriel gabe gabriella gabby gabi
george georgie georgia georgina
gregory greg
hannah hanna
harold harry henry hal
hasan hassan hasaan
husain hussain hussein hussien husayn
ibrahim ebrahim abraham abe bram
isabella isabel isobel izzy bella
isaac ishaq zac zak
jack jackson jacky john johnny jon jonny
jacob jake yakub yaqub yacoub
james jim jimmy jamie jay
jasmine jas jaz yasmin yasmine
jennifer jen jenny jenna
jessica jess jessie
jonathan jonathon jon jonny nathan
joseph joe joey jo yusuf youssef yousef yousuf josef
joshua josh
kevin kev
khadija khadijah kadija
kieran kieron ciaran keiran
laura laurie lauren
lawrence laurence larry laurie
leonard leo len lenny leon
lewis louis lou louie
lucy luce lucia
luke lucas lukas lukasz
mahmoud mahmud mehmood mahmood
margaret maggie meg megan peggy greta
maria mary marie mariam maryam miriam
mark marc marcus markus
matthew matt matty mathew mattie
maximilian max maxwell maxim
michael mike mikey mick mickey micheal michal
mohammed mo moe moh mohd md mohamed mohamad mohammad mohamud muhammad muhammed muhamed muhamad mohamoud mohammod mehmet mamadou mamadu
mustafa mostafa mustapha
natalie nat natasha tasha natalia
nathaniel nathan nat nate
nicholas nick nicky nico nicolas nikolas nicole nicola
oliver ollie olly olivia liv
omar umar omer
oscar oskar
osman usman othman uthman
patrick pat paddy patricia tricia padraig
peter pete piotr
philip phil phillip pip
rachel rachael rach
raheem rahim
rebecca becky becca beck
reginald reg reggie
richard rich rick ricky richie dick
robert rob robbie bob bobby bert
ronald ron ronnie
ryan rian
said saeed sayed saeid
samuel sam sammy samantha
sarah sara
simon si
sophia sofia sophie
stephen steve steven stevie stefan stephanie steph
suleiman sulaiman solomon sol
susan sue susie suzanne
teresa theresa tess
theodore theo ted teddy
thomas tom tommy tomas tomasz
timothy tim timmy
victoria vicky vikki tori
vincent vince vinny
william will bill billy willy liam
yahya yehia
zachary zach zack zak zac zachariah
zainab zaynab zeinab
"""
"""One group a line; the first of a line stands for it. A name may be in several."""


def _read(groups: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for names in map(str.split, groups.strip().splitlines()):
        for name in names:
            found.setdefault(name, set()).add(names[0])
    return {name: frozenset(heads) for name, heads in found.items()}


_FULL_NAMES = _read(_GROUPS)


def full_names(name: str) -> frozenset[str]:
    """What a folded name may be short for, or another spelling of. Two names that share one may be one name."""
    return _FULL_NAMES.get(name, frozenset())
