"""A stop is heard in the words of people, in six languages, and nothing else is taken for one (RB8)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.optouts import Meaning, is_answered_by_twilio, lifts, meaning_of

FCC = ("stop", "stopall", "quit", "end", "revoke", "opt out", "optout", "cancel", "unsubscribe")

#: Every third line was held out when the rules were first written and mended.
STOPS = """
stop texting me
please stop sending me messages
Don't text me anymore.
do not contact me again
no more texts please
I don't want these messages
I dont want to get any more texts
take me off this list
Remove my number
remove me please
unsubscribe me from this
I want to opt out of these texts
opt me out
STOP PLEASE
stop now!!!
Stop it
quit texting me
quit bugging me
leave me alone
wrong number
You have the wrong number, stop texting
This is the wrong number
never text me again
please delete my number
lose my number
stop messaging this number
no more messages
cancel these texts
cancel all messages
end these texts
I revoke my consent
I withdraw my permission to be texted
stop with the reminders
stop the texts
can you stop texting me please
Could you please stop
would you stop sending these
ENOUGH
no texts
don't message me
stop spamming me
I no longer want to receive messages from you
Hi, this is not Ana's phone. Stop texting me.
s t o p
S.T.O.P.
STOP 🛑🛑
🛑
opting out
Stop sending texts to this number
pls stop txting me
please take my number off your list
don't send me any more texts
ya no me escriban
Por favor dejen de enviarme mensajes
no quiero recibir más mensajes
No más mensajes
BASTA
Alto
quiero darme de baja
denme de baja por favor
darme de baja
deja de escribirme
deje de mandarme mensajes
no me manden más textos
no me envíen mensajes
borren mi número
eliminen mi número por favor
número equivocado
se equivocó de número
no me escriba más
quítenme de la lista
No quiero más recordatorios
cancelar
cancela por favor
ya basta
dejen de molestarme
déjenme en paz
no deseo recibir mensajes
paren de mandar mensajes
nunca me escriban
no me contacten
saquen mi número de la lista
no quiero que me escriban
¡Paren!
arrêtez
Arrêtez de m'envoyer des SMS
arrête de m'écrire
ne m'envoyez plus de messages
ne m'écrivez plus
je ne veux plus recevoir de messages
je ne veux plus de vos SMS
plus de messages svp
désabonnez-moi
je veux me désabonner
me désinscrire
désinscription
supprimez mon numéro
retirez-moi de la liste
retirez mon numéro
mauvais numéro
vous vous trompez de numéro
laissez-moi tranquille
ça suffit
cessez de m'envoyer des messages
ne me contactez plus
stop aux SMS
STOP SVP
n'envoyez plus rien
je ne souhaite plus recevoir ces messages
enlevez-moi de votre liste
ne me dérangez plus
plus aucun message
arrêter les messages
effacez mon numéro
faux numéro
Abmelden
bitte abmelden
Stopp
keine SMS mehr
keine Nachrichten mehr bitte
Hören Sie auf
hör auf mir zu schreiben
hört auf mich anzuschreiben
schreiben Sie mir nicht mehr
schreib mir nicht mehr
schicken Sie mir keine SMS mehr
ich möchte keine Nachrichten mehr bekommen
ich will keine SMS mehr
Ich will nicht mehr angeschrieben werden
löschen Sie meine Nummer
bitte meine Nummer löschen
falsche Nummer
Sie haben die falsche Nummer
lassen Sie mich in Ruhe
lass mich in Ruhe
es reicht
genug
Schluss!
bitte aufhören
beenden
kontaktieren Sie mich nicht mehr
SMS abbestellen
bitte keine Erinnerungen mehr
melden Sie mich bitte ab
streichen Sie mich von der Liste
senden Sie mir nichts mehr
nicht mehr schreiben
parar
pare
PARE DE ME MANDAR MENSAGENS
parem de me enviar mensagens
não quero mais receber mensagens
não me mande mais mensagens
não me envie mais SMS
não me escreva mais
não quero mais mensagens
chega
chega de mensagens
sair
descadastrar
me descadastre
me tire da lista
me remova por favor
remova meu número
apague meu número
número errado
você errou, número errado
me deixe em paz
me deixa em paz
cancelar por favor
quero cancelar as mensagens
não entre mais em contato
deixe de me incomodar
nunca mais me escreva
nenhuma mensagem mais
sem mais mensagens
retirem meu número
não desejo receber lembretes
退订
停止
取消订阅
TD
不要再给我发短信
别再发短信了
请不要再发了
别给我发信息了
请停止发送短信
停止发送
我不想再收到短信
不想收到这些消息
别发了
不要发了
别烦我
别再打扰我
请勿打扰
打错了
号码错了
你发错人了
删除我的号码
把我的号码删除
请勿再联系我
不要联系我
取消短信
够了
不用再发短信了
""".strip().splitlines()

HARMLESS = """
don't stop the video
when does office hour stop?
can we stop at 3?
I can't stop thinking about the lab
Where does the video stop?
the video stops at minute 3, is that normal?
my bus stop is closed, I will be late
Can I stop by after class?
I'll stop by at noon
Should I stop at slide 10?
the quiz won't stop loading
How do I cancel my office hours?
please cancel my slot on Friday
Can I cancel my booking?
I had to quit the app and now it is gone
I quit soccer so I have time now
What happens at the end of unit 2?
the end of the video is cut off
end of class today was confusing
Which page does the reading end on?
I sent you the answer in a message
did you get my message?
I got your message, thanks!
Thanks for the text
Thank you for the reminder
ok
yes
no
Yes, I will do it tonight
No, I have not started yet
I don't understand question 3
I do not want to fail this class
I don't want to miss the quiz
I want to keep getting these texts
please don't stop texting me
Don't stop the reminders, they help
never stop, these help my kid a lot
Can you text me at 5 instead?
Please text me when grades are in
no more questions from me
I have no more time today
no problem
not yet
is there enough time for two attempts?
I did enough for today
My phone was off, sorry
This is Ana's mom. When is the meeting?
who is the teacher of period 3?
Can I take the check again?
how do I start the check?
I want to start the next unit
Where do I start?
I need help with moles
can you help me
how many attempts are there?
I removed the cap from the burette
Please remove question 4, it is wrong
the list of units is empty
my number is wrong in question 5
I got the wrong answer in number 3
what is the wrong answer worth?
The reaction stops when the acid is used up
Why does the reaction stop?
Does the reaction stop at equilibrium?
you cannot stop a reaction by stirring
he told me to stop the timer at 30 s
we stopped at chapter 4
I will be away until Friday
I am sick today
my son is sick and will not be there
She has a doctor's appointment at ten
¿A qué hora para el video?
¿Dónde para el autobús?
El enlace no funciona para mí
Es para mañana, ¿verdad?
No entiendo la pregunta 2
No puedo terminar hoy
gracias por el mensaje
¿Puedo cancelar mi cita del viernes?
Ya terminé la tarea
Je ne comprends pas la question
Je n'arrive pas à arrêter la vidéo
La vidéo s'arrête à 3 minutes
Merci pour le message
Est-ce que je peux annuler mon rendez-vous ?
Il n'y a plus de places vendredi ?
Je serai absent demain
Ich verstehe die Aufgabe nicht
Wann hört die Sprechstunde auf?
Ich habe keine Zeit heute
Hört nicht auf damit, das hilft sehr
Danke für die Nachricht
Kann ich morgen kommen?
Ich kann nicht aufhören zu lernen
Não entendi a questão 3
O vídeo para no minuto 3
Obrigado pela mensagem
Posso cancelar meu horário?
我看不懂第三题
视频停在三分钟
""".strip().splitlines()

HELD_OUT = STOPS[2::3]
#: written after the first rules, which heard 31 of these 42
SECOND = """
please do not send me texts
quit sending me these
take this number out of your system
I didn't sign up for this, stop texting
no more reminders please
Stop contacting me!!
I wish to unsubscribe
kindly remove my phone number from your records
cease all messages
no me manden nada más
por favor no me escriba
quiero cancelar los mensajes
dejen de mandarme textos por favor
no quiero sus mensajes
quiten mi número
me equivoqué, denme de baja
parar mensajes
arrêtez ces messages
stop les messages
ne m'envoyez plus rien
je ne veux plus de messages
merci de me retirer de la liste
veuillez supprimer mon numéro
désabonnement
ce n'est pas le bon numéro
ich möchte das nicht mehr
bitte keine weiteren Nachrichten
hören Sie bitte auf mir zu schreiben
ich melde mich ab
nehmen Sie mich von der Liste
keine Texte mehr
não quero receber nada
pare de enviar isso
parem com as mensagens
tire meu número da lista
não mandem mais SMS
este não é o número certo
不要给我发消息
请把我移除
不要再发信息给我
停止给我发短信
我要退订
""".strip().splitlines()
#: written last: what a phrase may expect that nobody thought of
FRESH = """
hey stop blowing up my phone with messages
I would like to stop receiving these notifications
please discontinue these texts
get me off this texting list
not the right person
do not send anything to this number
please no more messages to this phone
deje de enviar mensajes a este número
no me molesten más
ya no quiero recibir estos avisos
por favor elimíneme de la lista
este no es mi numero correcto, no escriban
je souhaite me désinscrire de vos SMS
merci de ne plus m'écrire
svp arrêtez de me contacter
enlevez mon numéro de votre base
je veux arrêter les messages
ich möchte mich abmelden
bitte schreiben Sie mir keine Nachrichten mehr
nehmt mich bitte aus dem Verteiler
das ist nicht die richtige Nummer
keine weiteren SMS
quero parar de receber mensagens
por favor não me mandem nada
me exclua dessa lista
vocês ligaram para a pessoa errada
parem de me escrever
别给我发消息了
我不要收到这些短信
请取消提醒
""".strip().splitlines()
STOPPED = (Meaning.STOP, Meaning.STOP_MAYBE)


def missed(phrases: Sequence[str]) -> list[str]:
    return [each for each in phrases if meaning_of(each) not in STOPPED]


def test_the_lists_are_as_long_as_the_promise() -> None:
    assert len(set(STOPS)) >= 200
    assert len(set(HARMLESS)) >= 100


@pytest.mark.parametrize("word", FCC)
@pytest.mark.parametrize(
    "said", ["{}", " {} ", "{}.", "{}!!!", "“{}”", "{} 🛑", "🙏 {}", "{}\n", "please {}", "{} thanks", "({})"]
)
def test_the_words_of_the_law_stop_in_any_dress(word: str, said: str) -> None:
    for each in (word, word.upper(), word.title(), word.swapcase()):
        assert meaning_of(said.format(each)) is Meaning.STOP


@given(st.sampled_from(FCC), st.text("!?.,;:-–—…*🙏🛑😡\n\t ", max_size=8), st.text("!. \n🛑", max_size=8))
def test_no_punctuation_and_no_emoji_hides_them(word: str, before: str, after: str) -> None:
    assert meaning_of(before + word.upper() + after) is Meaning.STOP


def test_free_words_are_heard_in_six_languages() -> None:
    """At least 95 of a hundred. At first sight it was 64 of the 68 held out, and 27 of the 30 written last."""
    everything = [*STOPS, *SECOND, *FRESH]
    assert len(missed(everything)) <= 0.05 * len(everything), missed(everything)
    assert len(missed(HELD_OUT)) <= 0.05 * len(HELD_OUT), missed(HELD_OUT)
    assert len(missed(FRESH)) <= 0.1 * len(FRESH), missed(FRESH)


def test_nobody_is_silenced_by_words_about_something_else() -> None:
    assert [each for each in HARMLESS if meaning_of(each) in STOPPED] == []


def test_start_and_help_are_single_words() -> None:
    assert all(meaning_of(each) is Meaning.START for each in ("START", " start. ", "Unstop", "start 🙂"))
    assert all(meaning_of(each) is Meaning.HELP for each in ("HELP", "help?", "Info", "ayuda", "AIDE"))
    assert meaning_of("help me with question 3") is None
    assert lifts("Start!")
    assert not lifts("yes")


def test_what_twilio_answers_itself_is_exactly_one_of_its_words() -> None:
    assert all(is_answered_by_twilio(each) for each in ("STOP", " stop\n", "OptOut", "revoke"))
    assert not any(is_answered_by_twilio(each) for each in ("opt out", "STOP PLEASE", "stop.", "no more"))


@given(st.text(max_size=300))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    assert meaning_of(text) in (None, *Meaning)
