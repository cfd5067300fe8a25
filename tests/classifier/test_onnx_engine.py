"""ONNX files of strangers: taken in with a card where they fit it, one sentence where they do not."""

import resource
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import find_model, list_models, read_card
from desktop_app.classifier.engines import onnx_engine
from desktop_app.classifier.engines.engine import open_engine
from desktop_app.classifier.engines.foreign import ForeignModel, import_onnx
from desktop_app.classifier.engines.onnx_engine import OnnxEngine, softmax
from desktop_app.classifier.inference import Classifier, classify_files
from desktop_app.errors import UserError
from tests.classifier.conftest import FRAMES, RATE_HZ, tone

FOREIGN = ForeignModel("loud or quiet", ("loud", "quiet"), RATE_HZ, FRAMES / RATE_HZ)
WEIGHTS = np.array([[1.0, -1.0]], np.float32)
Shape = list[Any]


def loudness_graph(shape: Shape, ending: str = "", **changes: Any) -> onnx.ModelProto:
    """Return a classifier of loudness: the mean of the absolute samples, times weights, minus a bias."""
    rank = len(shape)
    nodes = [
        helper.make_node("Abs", ["audio"], ["size"]),
        helper.make_node("ReduceMean", ["size", "axes"], ["mean"], keepdims=1),
        helper.make_node("Reshape", ["mean", "column"], ["rows"]),
        helper.make_node("MatMul", ["rows", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["logits"]),
    ]
    if ending:
        nodes.append(helper.make_node(ending, ["logits"], ["scores"]))
    values = {
        "axes": np.array(range(1, rank) if rank > 1 else [0], np.int64),
        "column": np.array([-1, 1], np.int64),
        "weights": 100 * WEIGHTS,
        "bias": np.array([-2.0, 2.0], np.float32),
    }
    graph = helper.make_graph(
        nodes + changes.get("nodes", []),
        "loudness",
        [helper.make_tensor_value_info("audio", changes.get("type", TensorProto.FLOAT), shape)],
        [helper.make_tensor_value_info("scores" if ending else "logits", TensorProto.FLOAT, [None, 2])],
        [onnx.numpy_helper.from_array(value, name) for name, value in values.items()] + changes.get("tensors", []),
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("strangers.ops", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def write(folder: Path, model: onnx.ModelProto | bytes) -> Path:
    """Write a model as its author would and return the file."""
    path = folder / "theirs.onnx"
    path.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
    return path


def take_in(folder: Path, model: onnx.ModelProto | bytes, card: ForeignModel = FOREIGN) -> OnnxEngine:
    """Import a model and return the engine that opens the result."""
    import_onnx(write(folder, model), card.card(), folder / "mine.onnx")
    engine = open_engine(folder / "mine.onnx")
    assert isinstance(engine, OnnxEngine)
    return engine


@pytest.mark.parametrize("shape", [["batch", FRAMES], ["batch", "frames"], [1, FRAMES], ["b", 1, FRAMES], ["frames"]])
@pytest.mark.parametrize("ending", ["", "Softmax", "Sigmoid"])
def test_every_usual_shape_is_fed_and_logits_become_scores(tmp_path: Path, shape: Shape, ending: str) -> None:
    engine = take_in(tmp_path, loudness_graph(shape, ending))
    waveforms = np.stack([tone("_silence_", FRAMES), tone("high", FRAMES), tone("low", FRAMES)])
    logits = 100 * np.abs(waveforms).mean(axis=1, keepdims=True) * WEIGHTS + np.array([[-2.0, 2.0]])
    expected = 1 / (1 + np.exp(-logits)) if ending == "Sigmoid" else softmax(logits.astype(np.float32), 1.0)
    np.testing.assert_allclose(engine.judge(engine.prepare(waveforms)), expected, atol=1e-4)


def test_an_imported_model_is_listed_and_judges_files(tmp_path: Path, write_tone: Callable[..., Path]) -> None:
    take_in(tmp_path, loudness_graph(["batch", FRAMES]))
    found = find_model("loud or quiet", tmp_path)
    assert found.path.name == "mine.onnx"
    assert found.card == read_card(found.path)
    assert [entry.card.name for entry in list_models(tmp_path)] == ["loud or quiet"]
    paths = [write_tone("a.wav", ("high", 0.5)), write_tone("b.wav", ("_silence_", 0.5))]
    verdicts = classify_files(Classifier.load(found.path), paths)
    assert [verdict.best.label for verdict in verdicts if verdict.best] == ["loud", "quiet"]


def test_the_card_replaces_an_older_one_and_leaves_the_rest(tmp_path: Path) -> None:
    model = loudness_graph(["batch", FRAMES])
    helper.set_model_props(model, {onnx_file.CARD_KEY: "an older card", "author": "Zoë"})
    take_in(tmp_path, model)
    said = onnx_file.read_metadata(tmp_path / "mine.onnx")
    assert said["author"] == "Zoë"
    assert "loud or quiet" in said[onnx_file.CARD_KEY]
    onnx.checker.check_model(onnx.load(tmp_path / "mine.onnx"))


def external(name: str = "secret") -> TensorProto:
    """Return a tensor that says its values are in a file outside."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="../../../../etc/passwd")
    return tensor


def in_a_branch(node: onnx.NodeProto) -> onnx.NodeProto:
    """Return an If whose branches hold a node."""
    output = helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, [2])
    branch = helper.make_graph([node], "branch", [], [output])
    return helper.make_node("If", ["never"], ["chosen"], then_branch=branch, else_branch=branch)


EXTERNAL = {
    "weights": {"tensors": [external()]},
    "constant": {"nodes": [helper.make_node("Constant", [], ["secret"], value=external())]},
    "branch": {"nodes": [in_a_branch(helper.make_node("Constant", [], ["secret"], value=external()))]},
}


@pytest.mark.parametrize("place", EXTERNAL)
def test_weights_in_other_files_are_refused_wherever_they_are_named(tmp_path: Path, place: str) -> None:
    model = loudness_graph(["batch", FRAMES], **EXTERNAL[place])
    with pytest.raises(UserError, match="other files"):
        take_in(tmp_path, model)


def endless_loop() -> onnx.NodeProto:
    """Return a loop that goes on for ever."""
    flag = helper.make_tensor_value_info("go_on", TensorProto.BOOL, [])
    number = helper.make_tensor_value_info("round", TensorProto.INT64, [])
    again = helper.make_tensor_value_info("again", TensorProto.BOOL, [])
    body = helper.make_graph([helper.make_node("Identity", ["go_on"], ["again"])], "body", [number, flag], [again])
    return helper.make_node("Loop", ["", "always"], [], body=body)


@pytest.mark.parametrize("hidden", [False, True], ids=["plain", "in a branch"])
def test_a_graph_that_may_compute_for_ever_is_refused_before_it_runs(tmp_path: Path, hidden: bool) -> None:
    loop = endless_loop()
    if hidden:
        loop.output.append("counted")
        loop = in_a_branch(loop)
    model = loudness_graph(["batch", FRAMES], nodes=[loop])
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array(True), "always"))
    with pytest.raises(UserError, match="for ever"):
        take_in(tmp_path, model)
    assert not (tmp_path / "mine.onnx").exists()


def named(name: str, values: list[int]) -> TensorProto:
    """Return whole numbers as a constant of a graph."""
    return onnx.numpy_helper.from_array(np.array(values, np.int64), name)


def with_a_scan() -> onnx.ModelProto:
    """Return a graph that goes through the samples one by one."""
    sample = helper.make_tensor_value_info("sample", TensorProto.FLOAT, [])
    same = helper.make_tensor_value_info("same", TensorProto.FLOAT, [])
    body = helper.make_graph([helper.make_node("Identity", ["sample"], ["same"])], "body", [sample], [same])
    return loudness_graph(
        ["b", FRAMES], nodes=[helper.make_node("Scan", ["bias"], ["all"], body=body, num_scan_inputs=1)]
    )


def with_functions_that_call_functions() -> onnx.ModelProto:
    """Return a graph of two to the power of forty operators, in 2 KB."""
    model = loudness_graph(["b", FRAMES], nodes=[helper.make_node("f39", ["audio"], ["much"], domain="strangers.ops")])
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("strangers.ops", 1)]
    for number in range(40):
        inner = {"op_type": f"f{number - 1}", "domain": "strangers.ops"} if number else {"op_type": "Neg"}
        nodes = [helper.make_node(inputs=[one], outputs=[other], **inner) for one, other in ("ab", "bc")]
        model.functions.append(helper.make_function("strangers.ops", f"f{number}", ["a"], ["c"], nodes, opsets))
    return model


def with_a_sparse_table() -> onnx.ModelProto:
    """Return a graph with one number that stands for a table of 10^12."""
    one = onnx.numpy_helper.from_array(np.ones(1, np.float32), "table")
    model = loudness_graph(["b", FRAMES])
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(one, named("places", [0]), [10**6, 10**6]))
    return model


def with_a_table_that_lies(*sizes: int) -> onnx.ModelProto:
    """Return a graph with weights of four bytes that claim other sizes."""
    lie = TensorProto(name="lie", data_type=TensorProto.FLOAT, dims=sizes, raw_data=bytes(4))
    return loudness_graph(["b", FRAMES], tensors=[lie])


REFUSED: dict[str, tuple[Callable[[], onnx.ModelProto], str]] = {
    "scan": (with_a_scan, "for ever .*Scan"),
    "functions": (with_functions_that_call_functions, "functions of its own"),
    "unknown operator": (
        lambda: loudness_graph(["b", FRAMES], nodes=[helper.make_node("Steal", ["audio"], ["x"], domain="thieves")]),
        "does not know .*thieves",
    ),
    "sparse table": (with_a_sparse_table, "claims 1,000,000,000,000 numbers"),
    "weights that lie": (lambda: with_a_table_that_lies(10**9), "claims 1,000,000,000 numbers"),
    "weights that lie in many sizes": (lambda: with_a_table_that_lies(*[2**40] * 50), "numbers, which it does not"),
    "less than none": (lambda: with_a_table_that_lies(-1), "numbers, which it does not"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_could_take_all_time_or_memory_is_refused_before_a_runtime_sees_it(tmp_path: Path, kind: str) -> None:
    make, sentence = REFUSED[kind]
    with pytest.raises(UserError, match=sentence):
        onnx_file.read_onnx(write(tmp_path, make()))


def test_branches_end_by_themselves_and_are_taken(tmp_path: Path) -> None:
    branch = in_a_branch(helper.make_node("Constant", [], ["two"], value=helper.make_tensor("v", 1, [2], [1.0, 2.0])))
    model = loudness_graph(["b", FRAMES], nodes=[branch])
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array(False), "never"))
    assert take_in(tmp_path, model).card.classes == ("loud", "quiet")


def made_of(size: int, products: int) -> onnx.ModelProto:
    """Return a graph that answers with the sum of a table, size times size, times itself, and again."""
    nodes = [helper.make_node("Expand", ["seed", "sizes"], ["table0"])]
    nodes += [helper.make_node("MatMul", [f"table{n}"] * 2, [f"table{n + 1}"]) for n in range(products)]
    nodes.append(helper.make_node("ReduceSum", [f"table{products}"], ["sum"], keepdims=0))
    nodes.append(helper.make_node("Add", ["logits", "sum"], ["answer"]))
    model = loudness_graph(["b", FRAMES], nodes=nodes, tensors=[named("sizes", [size, size])])
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.zeros((1, 1), np.float32), "seed"))
    model.graph.output[0].name = "answer"
    return model


def test_a_small_graph_that_asks_for_gigabytes_is_refused_and_gets_none(tmp_path: Path) -> None:
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UserError, match="more than 2 GiB of memory"):
        take_in(tmp_path, made_of(50_000, 0))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 2**20


def test_a_graph_that_takes_too_long_for_a_window_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert take_in(tmp_path, made_of(8, 3)).card.classes == ("loud", "quiet")
    monkeypatch.setattr(onnx_engine, "TRIAL_LIMIT_S", 0.1)
    with pytest.raises(UserError, match=r"takes more than 0\.1 s for one window"):
        take_in(tmp_path, made_of(512, 500))


def whole() -> bytes:
    """Return a sound file."""
    return loudness_graph(["batch", FRAMES]).SerializeToString()


def two_inputs() -> onnx.ModelProto:
    """Return a graph that wants something besides the waveforms."""
    model = loudness_graph(["b", FRAMES])
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]))
    return model


HOSTILE: dict[str, Callable[[], onnx.ModelProto | bytes]] = {
    "empty": lambda: b"",
    "text": lambda: b"this is no model at all, but somebody named it so",
    "pickle": lambda: (
        b"\x80\x04\x95(\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x05touch"
    ),
    "half": lambda: whole()[: len(whole()) // 2],
    "one byte short": lambda: whole()[:-1],
    "length that lies": lambda: b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f" + whole(),
    "no graph": lambda: onnx.ModelProto(ir_version=10).SerializeToString(),
    "empty graph": lambda: helper.make_model(helper.make_graph([], "g", [], [])),
    "unknown operator": lambda: loudness_graph(
        ["b", FRAMES], nodes=[helper.make_node("Steal", ["audio"], ["x"], domain="strangers.ops")]
    ),
    "newer operators": lambda: onnx.ModelProto.FromString(
        whole() + onnx.ModelProto(opset_import=[helper.make_opsetid("", 999)]).SerializeToString()
    ),
    "two inputs": two_inputs,
    "integers": lambda: loudness_graph(["b", FRAMES], type=TensorProto.INT32),
    "other window": lambda: loudness_graph(["b", 999]),
    "pictures": lambda: loudness_graph(["b", 3, 224, 224]),
    "no numbers": lambda: loudness_graph(["b", FRAMES], "Log"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_cannot_be_used_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError, match=r"^“theirs\.onnx” .+\.$"):
        take_in(tmp_path, HOSTILE[kind]())
    assert not (tmp_path / "mine.onnx").exists()
    assert capfd.readouterr() == ("", "")


def test_a_card_with_other_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="classes"):
        take_in(tmp_path, loudness_graph(["b", FRAMES]), ForeignModel("three", ("a", "b", "c"), RATE_HZ, 0.5))
    for wrong in (("a", "a"), ("a", ""), ()):
        with pytest.raises(UserError, match="card"):
            ForeignModel("wrong", wrong, RATE_HZ, 0.5).card()


def test_an_onnx_file_without_a_card_says_how_to_give_it_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no model card"):
        open_engine(write(tmp_path, loudness_graph(["b", FRAMES])))


def test_a_file_of_nothing_but_fields_is_refused_in_bounded_time_and_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_file, "MOST_FIELDS", 10_000)
    path = write(tmp_path, whole() + b"\x3a\x02\x0a\x00" * 50_000)
    tracemalloc.start()
    with pytest.raises(UserError, match="damaged"):
        onnx_file.read_onnx(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_a_table_of_endless_dimensions_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    def inside(number: int, content: bytes) -> bytes:  # a field of protocol buffers
        return onnx_file._packed(number, content)

    path = write(tmp_path, inside(7, inside(5, inside(1, b"\x01" * 2_000_000))))
    tracemalloc.start()
    with pytest.raises(UserError, match="damaged"):
        onnx_file.read_onnx(path)
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()


def test_a_card_that_lies_about_its_front_end_is_found_when_the_model_is_opened(tmp_path: Path) -> None:
    take_in(tmp_path, loudness_graph(["b", FRAMES]))
    path = tmp_path / "mine.onnx"
    said = onnx_file.read_metadata(path) | {onnx_file.INPUT_KEY: "features"}
    path.write_bytes(onnx_file.with_metadata(path.read_bytes(), said))
    with pytest.raises(UserError, match="front-end"):
        open_engine(path)
