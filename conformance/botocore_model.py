"""Holds every recorded answer of the simulator against AWS's own service models,
as botocore ships them: members, types, enums, forms of timestamps, statuses, and
errors that the operation may give in the form that its protocol has.

Usage: botocore_model.py RECORD... (JSON Lines of `simulator -record`)
"""
import json
import re
import sys
import xml.etree.ElementTree as ET
from base64 import b64decode
from collections import Counter
from datetime import datetime
from io import BytesIO

import botocore.loaders
import botocore.model
from botocore.parsers import BaseCBORParser

SERVICES = {"tag": "resourcegroupstaggingapi"}

# Bounds of the model that AWS's own answers break: a table on demand has 0 units.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html#API_DescribeTable_Examples
NO_LEAST = {"PositiveLongObject"}

# Errors that any operation may give.
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
COMMON = {
    "AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InternalFailure",
    "InvalidClientTokenId", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "NotAuthorized", "OptInRequired",
    "RequestExpired", "SerializationException", "ServiceUnavailable", "Throttling", "ThrottlingException", "UnknownOperationException",
    "UnrecognizedClientException", "ValidationError", "ValidationException"}

CBOR = "smithy-rpc-v2-cbor"  # of CloudWatch

loader = botocore.loaders.Loader()
models = {}


def model(service):
    if service not in models:
        name = SERVICES.get(service, service)
        models[service] = botocore.model.ServiceModel(loader.load_service_model(name, "service-2"), name)
    return models[service]


def protocol_of(service, exchange):
    """Tells in which of its protocols a service was asked: CloudWatch has three, and clients take the one they like."""
    spoken = service.metadata["protocols"]
    if len(spoken) == 1:
        return spoken[0]
    if exchange["Path"].startswith("/service/"):
        return CBOR
    return "query" if header(exchange, "content-type").startswith("text/xml") else "json"


def check(shape, value, path):
    """Yields what is wrong with a JSON value of that shape."""
    kind = shape.type_name
    if value is None:
        yield f"{path} is null"
    elif getattr(shape, "is_document_type", False):
        return
    elif kind == "structure":
        yield from check_structure(shape, value, path)
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path} is no list"
            return
        for item in value:
            yield from check(shape.member, item, path + "[]")
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{path} is no map"
            return
        for key, item in value.items():
            yield from check(shape.key, key, path + ".(key)")
            yield from check(shape.value, item, path + "{}")
    elif kind == "timestamp":
        form = shape.serialization.get("timestampFormat", "unixTimestamp")
        if form == "unixTimestamp" and (isinstance(value, bool) or not isinstance(value, (int, float))):
            yield f"{path} is {value!r}, not seconds since 1970"
        elif form == "iso8601" and not iso8601(value):
            yield f"{path} is {value!r}, not a date"
    elif not isinstance(value, {"string": str, "blob": str, "boolean": bool, "integer": int, "long": int,
                                "float": (int, float), "double": (int, float)}[kind]) or isinstance(value, bool) and kind != "boolean":
        yield f"{path} is {value!r}, not of type {kind}"
    else:
        yield from check_scalar(shape, value, path)


def check_structure(shape, value, path):
    if not isinstance(value, dict):
        yield f"{path} is no structure"
        return
    members = {m.serialization.get("name", name): m for name, m in shape.members.items()
               if m.serialization.get("location") not in ("header", "statusCode", "uri", "querystring")}
    for name in value.keys() - members.keys():
        yield f"{path}.{name} is not a member of {shape.name}"
    for name in shape.required_members:
        if shape.members[name].serialization.get("name", name) not in value:
            yield f"{path}.{name} is required in {shape.name}"
    for name in members.keys() & value.keys():
        yield from check(members[name], value[name], f"{path}.{name}")


def check_scalar(shape, value, path):
    if getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path} is {value!r}, which is not in {shape.name}"
    size = len(value) if isinstance(value, str) else value
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least and shape.name not in NO_LEAST or most is not None and size > most:
        yield f"{path} is {value!r}, outside {least}..{most} of {shape.name}"
    pattern = shape.metadata.get("pattern")
    if pattern and isinstance(value, str) and not matches(pattern, value):
        yield f"{path} is {value!r}, which does not match {pattern} of {shape.name}"


def matches(pattern, value):
    try:
        return re.search(pattern, value) is not None
    except re.error:  # a form that Python does not know
        return True


def iso8601(text):
    try:
        datetime.fromisoformat(text.replace("Z", "+00:00"))
        return True
    except (AttributeError, ValueError):
        return False


def from_xml(shape, node):
    """Reads an awsQuery result as the JSON value that check knows; what the model has no member for stays as text."""
    kind = shape.type_name if shape is not None else "string"
    if kind == "structure":
        members = {m.serialization.get("name", name): m for name, m in shape.members.items()}
        return {local(child): from_xml(members.get(local(child)), child) for child in node}
    if kind == "list":
        return [from_xml(shape.member, child) for child in node]
    if kind == "map":
        return {entry[0].text: from_xml(shape.value, entry[1]) for entry in node}
    text = node.text or ""
    if kind == "timestamp" and iso8601(text):
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()  # awsQuery writes every timestamp as a date
    return {"integer": int, "long": int, "double": float, "float": float, "boolean": lambda t: t == "true"}.get(kind, str)(text)


def from_cbor(data):
    """Reads a smithy-rpc-v2-cbor body as the JSON value that check knows."""
    return plain(BaseCBORParser().parse_data_item(BytesIO(data)))


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.timestamp() if isinstance(value, datetime) else value


def local(node):
    return node.tag.rpartition("}")[2]


def success(service, operation, exchange):
    want = operation.http.get("responseCode", 200)
    if exchange["Status"] != want:
        yield f"status {exchange['Status']}, want {want}"
    body = exchange["Response"]
    if protocol_of(service, exchange) == CBOR:
        yield from check(operation.output_shape, from_cbor(raw(exchange)), operation.output_shape.name)
        return
    if protocol_of(service, exchange) == "query":
        yield from query_success(service, operation, body)
        return
    if operation.output_shape is None:
        if body not in ("", "{}"):
            yield f"answers {body!r} where the model has nothing"
        return
    if body or protocol_of(service, exchange) == "json":
        yield from check(operation.output_shape, json.loads(body), operation.output_shape.name)
    elif operation.output_shape.required_members:
        yield "answers nothing"


def query_success(service, operation, body):
    root = ET.fromstring(body)
    namespace = "{" + service.metadata["xmlNamespace"] + "}"
    if root.tag != f"{namespace}{operation.name}Response":
        yield f"the document is {root.tag}"
    result = root.find(f"{namespace}{operation.name}Result")
    if root.find(f"{namespace}ResponseMetadata/{namespace}RequestId") is not None and operation.output_shape is None:
        return
    if result is None or root.find(f"{namespace}ResponseMetadata/{namespace}RequestId") is None:
        yield "no result, or no RequestId"
        return
    yield from check(operation.output_shape, from_xml(operation.output_shape, result), operation.output_shape.name)


def raw(exchange):
    return b64decode(exchange["Response"]) if exchange["Base64"] else exchange["Response"].encode()


def header(exchange, name):
    return next((v[0] for k, v in exchange["Header"].items() if k.lower() == name), "")


def error_of(protocol, exchange):
    """Reads code and further members as the protocol has them."""
    if protocol == "query":
        error = ET.fromstring(exchange["Response"]).find(".//{*}Error")
        return error.findtext("{*}Code"), {}, error.findtext("{*}Type")
    body = from_cbor(raw(exchange)) if protocol == CBOR else json.loads(exchange["Response"])
    if protocol in ("json", CBOR):
        return body.pop("__type").rpartition("#")[2], body, None
    return header(exchange, "x-amzn-errortype").partition(":")[0], body, None


def failure(service, operation, exchange):
    protocol, status = protocol_of(service, exchange), exchange["Status"]
    try:
        code, members, kind = error_of(protocol, exchange)
    except (AttributeError, KeyError, ValueError, ET.ParseError) as reason:
        yield f"the error has not the form of {protocol}: {reason!r}: {exchange['Response'][:200]}"
        return
    if kind is not None and kind != ("Receiver" if status >= 500 else "Sender"):
        yield f"error {code} with status {status} is of type {kind}"
    shapes = {s.error_code if s.metadata.get("error") else s.name: s for s in operation.error_shapes}
    shape = shapes.get(code)
    if shape is None:
        if code not in COMMON:
            yield f"error {code!r} is none of {sorted(shapes)}"
        return
    want = shape.metadata.get("error", {}).get("httpStatusCode")
    if want and status != want or (status >= 500) != bool(shape.metadata.get("fault") or want and want >= 500):
        yield f"error {code} has status {status}"
    if not shape.members:  # some models name no member of an error, and AWS sends its text all the same
        members.pop("message", None)
    yield from check(shape, members, code)


def problems(exchange):
    prefix, _, name = exchange["Operation"].partition(":")
    service = model(prefix)
    try:
        operation = service.operation_model(name)
    except botocore.model.OperationNotFoundError:
        yield "no such operation"
        return
    path = operation.http.get("requestUri", "/").partition("?")[0].rstrip("/")
    pattern = re.sub(r"\{[^}]*\}", "[^/]+", path)
    protocol = protocol_of(service, exchange)
    if protocol == CBOR:
        pattern = f"/service/{service.metadata['targetPrefix']}/operation/{name}"
    if exchange["Method"] != operation.http["method"] or not re.fullmatch(pattern + "/?", exchange["Path"].partition("?")[0]):
        yield f"routed from {exchange['Method']} {exchange['Path']}, but it is {operation.http['method']} {path}"
    want = {CBOR: "application/cbor", "query": "text/xml", "rest-json": "application/json", "json": f"application/x-amz-json-{service.metadata.get('jsonVersion')}"}[
        protocol]
    if exchange["Response"] and header(exchange, "content-type") != want:
        yield f"content type {header(exchange, 'content-type')}, want {want}"
    yield from success(service, operation, exchange) if exchange["Status"] < 300 else failure(service, operation, exchange)


def unnoticed(exchange):
    """Says which mistakes, made on purpose, would pass: a check that accepts anything proves nothing."""
    if exchange["Status"] >= 300 or exchange["Base64"]:
        return
    if "Result>" in exchange["Response"]:
        body = exchange["Response"].replace("Result>", "Result><Unheard>1</Unheard>", 1)
        if not list(problems({**exchange, "Response": body})):
            yield "the check does not notice a member that nobody knows"
    if not exchange["Response"].startswith("{") or exchange["Response"] == "{}":
        return
    answer = json.loads(exchange["Response"])
    spoilt = {"a member that nobody knows": {**answer, "Unheard": 1}}
    for name, value in answer.items():
        spoilt[f"{name} of another type"] = {**answer, name: [[]] if isinstance(value, (str, dict)) else {"a": "b"}}
    for what, body in spoilt.items():
        if not list(problems({**exchange, "Response": json.dumps(body)})):
            yield f"the check does not notice {what}"


def main(files):
    found, answers, errors, seen = Counter(), 0, 0, set()
    for name in files:
        with open(name, encoding="utf-8") as lines:
            for line in lines:
                exchange = json.loads(line)
                answers += 1
                if exchange["Status"] >= 300:
                    errors += 1
                else:
                    seen.add(exchange["Operation"])
                found.update(f"{exchange['Operation']}: {problem}" for problem in problems(exchange))
                if sum(found.values()) == 0:
                    found.update(f"{exchange['Operation']}: {problem}" for problem in unnoticed(exchange))
    for problem, times in sorted(found.items()):
        print(f"{problem} ({times} times)")
    print(f"answered {' '.join(sorted(seen))}")
    print(f"{answers} answers of {len(seen)} operations, {errors} of them errors, {len(found)} mistakes")
    return 1 if found or not answers else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
