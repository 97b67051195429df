"""A client of boto3 for the simulator at sys.argv[1] (scenario everything.yaml), whose
calls say how they have to end. What ends otherwise is in wrong.
"""
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

wrong = []


def client(name, key="AKIAONE", token=None, region="eu-west-1"):
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False, account_id_endpoint_mode="disabled")
    api = boto3.client(name, region_name=region, endpoint_url=sys.argv[1], config=config,
                       aws_access_key_id=key, aws_secret_access_key="secret", aws_session_token=token)

    def call(operation, refused=None, **parameters):
        try:
            answer, code = getattr(api, operation)(**parameters), None
        except ClientError as error:
            answer, code = {}, error.response["Error"]["Code"]
        if code != refused:
            wrong.append(f"{name} {operation} {parameters}: {code or 'answered'}, expected {refused or 'an answer'}")
        return answer
    return call
