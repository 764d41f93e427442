"""Everything that decides a model's weights, beside the data."""

from dataclasses import asdict, dataclass

from model.transformer import Config


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the weights, beside the data."""

    seed: int = 1
    pieces: int = 8_000
    width: int = 256
    heads: int = 4
    inner: int = 1024
    encoder_layers: int = 3
    decoder_layers: int = 2
    buckets: int = 16_384
    dropout: float = 0.15
    hide: float = 0.05  # share of pieces that lose their id, their n-grams, or both: each of the three
    steps: int = 5_000  # of the encoder
    own: int = 80  # our utterances a step
    borrowed: int = 16  # rows of other corpora a step
    pairs: int = 6  # turns that follow one another, or translations, a step
    rate: float = 1e-3  # highest learning rate
    table_rate: float = 10.0  # times `rate`, for the embedding tables
    warm_up: int = 200  # steps
    average: float = 0.998  # decay of the moving average of the weights that is kept
    further_steps: int = 1_200  # of the head for requests beside the main one
    decoder_steps: int = 1_500
    decoder_batch: int = 48
    bf16: bool = True  # matrix products in bfloat16, where the processor has it: it halves the time and more

    def config(self, pieces: int, languages: tuple[str, ...]) -> Config:
        return Config(
            pieces=pieces, width=self.width, heads=self.heads, inner=self.inner, encoder_layers=self.encoder_layers,
            decoder_layers=self.decoder_layers, buckets=self.buckets, dropout=self.dropout,
            languages=languages, further=True,
        )  # fmt: skip

    def encoder(self) -> dict[str, object]:
        """What the encoder's weights hang on."""
        later = ("further_steps", "decoder_steps", "decoder_batch")
        return {name: value for name, value in asdict(self).items() if name not in later}


BASE = Recipe(steps=2_600, own=32, borrowed=64, pairs=20, further_steps=0)  # breadth first: other corpora weigh more
TINY = Recipe(
    pieces=900, width=32, heads=2, inner=64, encoder_layers=1, decoder_layers=1, buckets=512, steps=40, own=16,
    borrowed=0, pairs=2, warm_up=5, average=0.9, further_steps=20, decoder_steps=60, decoder_batch=16, bf16=False,
)  # fmt: skip
