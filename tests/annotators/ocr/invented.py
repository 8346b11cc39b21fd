"""Invented passages in six languages, with the lines they are set in."""

TEXTS = {
    "en": """The lamp keeper wrote down every evening how many
boats had passed the northern pier before the fog.
One winter he counted forty boats, and none of them
carried salt, so he asked the baker what had changed.
The baker shrugged: people now dry their fish in the
wind, he said, and the salt stays in the mountains.""",
    "fr": """Le gardien du phare notait chaque soir combien de
bateaux étaient passés devant la jetée avant la brume.
Un hiver, il en compta quarante, et aucun ne portait
de sel; il demanda donc au boulanger ce qui changeait.
Le boulanger haussa les épaules: désormais, dit-il, on
sèche le poisson au vent et le sel reste là-haut.""",
    "es": """El guardián del faro anotaba cada tarde cuántos barcos
habían pasado por el muelle antes de que cayera la niebla.
Un invierno contó cuarenta, y ninguno llevaba sal; así que
preguntó al panadero qué había cambiado aquel año.
El panadero se encogió de hombros: ahora, dijo, el pescado
se seca al viento y la sal se queda en la montaña.""",
    "ru": """Смотритель маяка каждый вечер записывал, сколько лодок
прошло мимо северного причала до наступления тумана.
Однажды зимой он насчитал сорок лодок, и ни одна из них
не везла соли; тогда он спросил пекаря, что изменилось.
Пекарь пожал плечами: теперь рыбу сушат на ветру, сказал
он, а соль остаётся высоко в горах.""",
    "zh": """灯塔的看守人每天傍晚都记下有多少条船
在大雾到来之前经过北边的码头。
有一年冬天他数到四十条船,没有一条运盐,
于是他问面包师今年发生了什么变化。
面包师笑了笑:现在大家把鱼挂在风里晾干,
盐就一直留在山上的仓库里。""",
    "ja": """灯台の番人は毎晩、霧が来る前に北の桟橋を
通った船の数を帳面に書きつけていた。
ある冬、彼は四十隻の船を数えたが、
塩を運ぶ船は一隻もなかったので、
何が変わったのかをパン屋に尋ねた。
今では魚を風で乾かすのだと彼は答えた。""",
}
