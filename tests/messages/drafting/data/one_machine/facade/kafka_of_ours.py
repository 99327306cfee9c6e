from dotenv import load_dotenv

BOOTSTRAP_SERVERS: list[str] = [
    "localhost:19092",
    "localhost:19093",
]
TOPIC = "texts"
send = load_dotenv
