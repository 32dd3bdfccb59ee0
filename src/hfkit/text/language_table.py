"""Languages by their codes: ISO 639-1, ISO 639-3, and the English name.

Source: the code tables of ISO 639; the languages are those of FLORES-200, M2M100 and mBART-50, and the rest of ISO
639-1 that models of translation are named after.
"""

from __future__ import annotations

__all__ = ["LANGUAGES"]

LANGUAGES = """
af afr Afrikaans
ak aka Akan
am amh Amharic
an arg Aragonese
ar ara,arb Arabic
as asm Assamese
av ava Avaric
ay aym,ayr Aymara
az aze,azj Azerbaijani
ba bak Bashkir
be bel Belarusian
bg bul Bulgarian
bi bis Bislama
bm bam Bambara
bn ben Bengali
bo bod Tibetan
br bre Breton
bs bos Bosnian
ca cat Catalan
ce che Chechen
co cos Corsican
cs ces Czech
cv chv Chuvash
cy cym Welsh
da dan Danish
de deu German
dv div Dhivehi
dz dzo Dzongkha
ee ewe Ewe
el ell Greek
en eng English
eo epo Esperanto
es spa Spanish
et est,ekk Estonian
eu eus Basque
fa fas,pes Persian
ff ful,fuv Fulah
fi fin Finnish
fj fij Fijian
fo fao Faroese
fr fra French
fy fry Western Frisian
ga gle Irish
gd gla Scottish Gaelic
gl glg Galician
gn grn,gug Guarani
gu guj Gujarati
gv glv Manx
ha hau Hausa
he heb Hebrew
hi hin Hindi
hr hrv Croatian
ht hat Haitian Creole
hu hun Hungarian
hy hye Armenian
ia ina Interlingua
id ind Indonesian
ig ibo Igbo
io ido Ido
is isl Icelandic
it ita Italian
iu iku Inuktitut
ja jpn Japanese
jv jav Javanese
ka kat Georgian
kg kon Kongo
ki kik Kikuyu
kk kaz Kazakh
kl kal Greenlandic
km khm Khmer
kn kan Kannada
ko kor Korean
kr kau,knc Kanuri
ks kas Kashmiri
ku kur,kmr,ckb Kurdish
kw cor Cornish
ky kir Kyrgyz
la lat Latin
lb ltz Luxembourgish
lg lug Ganda
li lim Limburgish
ln lin Lingala
lo lao Lao
lt lit Lithuanian
lu lub Luba-Katanga
lv lav,lvs Latvian
mg mlg,plt Malagasy
mh mah Marshallese
mi mri Maori
mk mkd Macedonian
ml mal Malayalam
mn mon,khk Mongolian
mr mar Marathi
ms msa,zsm Malay
mt mlt Maltese
my mya Burmese
nb nob Norwegian Bokmål
ne nep,npi Nepali
nl nld Dutch
nn nno Norwegian Nynorsk
no nor,nob,nno Norwegian
nv nav Navajo
ny nya Chichewa
oc oci Occitan
om orm,gaz Oromo
or ori,ory Odia
os oss Ossetian
pa pan Punjabi
pl pol Polish
ps pus,pbt Pashto
pt por Portuguese
qu que,quy Quechua
rm roh Romansh
rn run Rundi
ro ron Romanian
ru rus Russian
rw kin Kinyarwanda
sa san Sanskrit
sc srd Sardinian
sd snd Sindhi
se sme Northern Sami
sg sag Sango
sh hbs,bos,hrv,srp Serbo-Croatian
si sin Sinhala
sk slk Slovak
sl slv Slovenian
sm smo Samoan
sn sna Shona
so som Somali
sq sqi,als Albanian
sr srp Serbian
ss ssw Swati
st sot Southern Sotho
su sun Sundanese
sv swe Swedish
sw swa,swh Swahili
ta tam Tamil
te tel Telugu
tg tgk Tajik
th tha Thai
ti tir Tigrinya
tk tuk Turkmen
tl tgl,fil Tagalog
tn tsn Tswana
to ton Tongan
tr tur Turkish
ts tso Tsonga
tt tat Tatar
tw twi Twi
ty tah Tahitian
ug uig Uyghur
uk ukr Ukrainian
ur urd Urdu
uz uzb,uzn Uzbek
ve ven Venda
vi vie Vietnamese
vo vol Volapük
wa wln Walloon
wo wol Wolof
xh xho Xhosa
yi yid,ydd Yiddish
yo yor Yoruba
za zha Zhuang
zh zho,cmn Chinese
zu zul Zulu
- ace Acehnese
- acm Mesopotamian Arabic
- acq Ta'izzi-Adeni Arabic
- aeb Tunisian Arabic
- ajp South Levantine Arabic
- apc North Levantine Arabic
- ars Najdi Arabic
- ary Moroccan Arabic
- arz Egyptian Arabic
- ast Asturian
- awa Awadhi
- azb South Azerbaijani
- ban Balinese
- bem Bemba
- bho Bhojpuri
- bjn Banjar
- bug Buginese
- ceb Cebuano
- cjk Chokwe
- crh Crimean Tatar
- dik Southwestern Dinka
- dyu Dyula
- fon Fon
- fur Friulian
- hne Chhattisgarhi
- ilo Ilocano
- kab Kabyle
- kac Kachin
- kam Kamba
- kbp Kabiyè
- kea Kabuverdianu
- kmb Kimbundu
- lij Ligurian
- lmo Lombard
- ltg Latgalian
- lua Luba-Kasai
- luo Luo
- lus Mizo
- mag Magahi
- mai Maithili
- min Minangkabau
- mni Meitei
- mos Mossi
- nso,ns Northern Sotho
- nus Nuer
- pag Pangasinan
- pap Papiamento
- prs Dari
- sat Santali
- scn Sicilian
- shn Shan
- szl Silesian
- taq Tamasheq
- tpi Tok Pisin
- tum Tumbuka
- tzm Central Atlas Tamazight
- umb Umbundu
- vec Venetian
- war Waray
- yue Cantonese
"""
"""A line for each: its code of two letters or ``-``, its codes of three letters, its name. Of several codes of three
letters the first stands for all of them, and the others are the one that models mean by it, or its parts."""
