"""Makes the demo recordings of this folder, truth.json beside them and calls.csv.

Needs espeak-ng, flite and ffmpeg (only here: the results are committed). Every phrase is spoken by itself, trimmed to its
sound and laid at a known sample, so truth.json holds the edges of the speech as built, not as measured.
Agents are flite voices and customers espeak-ng voices: measuring must not be tuned to one synthesiser.

    python3 test/samples/make.py
"""

import array
import csv
import json
import os
import random
import struct
import subprocess
import tempfile
import wave

HERE = os.path.dirname(os.path.abspath(__file__))
RATE = 8000
PEAK = 9000  # about -11 dBFS: a usual telephone speech peak
TRIM_BELOW = 10 ** (-38 / 20)  # of a phrase's own peak
AGENT, CUSTOMER = "agent", "customer"


def spoken(role, voice, text):
    """One phrase as 8 kHz samples, trimmed to its sound and scaled to PEAK."""
    with tempfile.TemporaryDirectory() as folder:
        raw, low = os.path.join(folder, "raw.wav"), os.path.join(folder, "low.wav")
        if role == AGENT:
            command = ["flite", "-voice", voice, "--setf", "duration_stretch=0.82", "-t", text, "-o", raw]
        else:
            command = ["espeak-ng", "-v", voice, "-s", "195", "-w", raw, text]
        subprocess.run(command, check=True)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", raw, "-ar", str(RATE), "-ac", "1", low], check=True)
        with wave.open(low) as sound:
            samples = array.array("h", sound.readframes(sound.getnframes()))
    peak = max(abs(s) for s in samples)
    loud = [i for i, s in enumerate(samples) if abs(s) > peak * TRIM_BELOW]
    return [round(s * PEAK / peak) for s in samples[loud[0] : loud[-1] + 1]]


class Call:
    """Two lanes of sound and what was put where."""

    def __init__(self, name, agent_voice="slt", customer_voice="en-gb"):
        self.name, self.voices = name, {AGENT: agent_voice, CUSTOMER: customer_voice}
        self.lanes = {AGENT: {}, CUSTOMER: {}}
        self.turns, self.end = [], RATE // 4

    def say(self, role, *phrases, after=0.35, pause=0.3):
        """A turn `after` seconds after the last turn's end (negative: it begins while the other still speaks)."""
        at = self.end + round(after * RATE)
        turn = {"role": role, "text": " ".join(phrases), "spans": []}
        for phrase in phrases:
            samples = spoken(role, self.voices[role], phrase)
            self.lanes[role][at] = samples
            turn["spans"].append([at, at + len(samples)])
            at += len(samples) + round(pause * RATE)
        self.turns.append(turn)
        self.end = max(self.end, turn["spans"][-1][1])
        return self

    def rendered(self, tail=0.4):
        length = self.end + round(tail * RATE)
        channels = []
        for role in (AGENT, CUSTOMER):
            channel = [0.0] * length
            for at, samples in self.lanes[role].items():
                channel[at : at + len(samples)] = samples
            channels.append(channel)
        return channels

    def truth(self, channels):
        spans = {r: [s for t in self.turns if t["role"] == r for s in t["spans"]] for r in (AGENT, CUSTOMER)}
        return {
            "sample_rate": RATE,
            "samples": len(channels[0]),
            "channels": 2,
            "agent_channel": 0,
            "spans": spans,
            "turns": [{"role": t["role"], "text": t["text"], "start": t["spans"][0][0], "end": t["spans"][-1][1]} for t in self.turns],
            "transcript_text": "\n".join(transcript_line(t) for t in self.turns),
        }


def transcript_line(turn):
    seconds = turn["spans"][0][0] // RATE
    return f"[{seconds // 60:02}:{seconds % 60:02}] {turn['role'].capitalize()}: {turn['text']}"


# --- what is added to a call ---------------------------------------------------------------------------------------


def noisy(channels, dbfs, seed):
    dice, sigma = random.Random(seed), 32768 * 10 ** (dbfs / 20)
    return [[s + dice.gauss(0, sigma) for s in channel] for channel in channels]


def leaking(channels, db):
    a, b = channels
    k = 10 ** (db / 20)
    return [[x + k * y for x, y in zip(a, b)], [y + k * x for x, y in zip(a, b)]]


# --- encodings ------------------------------------------------------------------------------------------------------


def clipped(sample):
    return max(-32768, min(32767, round(sample)))


def mulaw(sample):
    """G.711 µ-law of one 16-bit sample."""
    sign, magnitude = (0x80, -sample) if sample < 0 else (0, sample)
    magnitude = min(magnitude, 32635) + 132
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF


def alaw(sample):
    """G.711 A-law of one 16-bit sample."""
    sign, magnitude = (0x80, sample) if sample >= 0 else (0, -sample - 1)
    magnitude >>= 4
    exponent = max(0, magnitude.bit_length() - 4)
    code = exponent << 4 | (magnitude >> max(0, exponent - 1)) & 0x0F
    return (sign | code) ^ 0x55


def wav(path, channels, codec):
    tag, bits = {"pcm": (1, 16), "alaw": (6, 8), "mulaw": (7, 8)}[codec]
    one = {"pcm": lambda s: struct.pack("<h", s), "alaw": lambda s: bytes([alaw(s)]), "mulaw": lambda s: bytes([mulaw(s)])}[codec]
    data = b"".join(one(clipped(channel[i])) for i in range(len(channels[0])) for channel in channels)
    count, align = len(channels), len(channels) * bits // 8
    fmt = struct.pack("<HHIIHH", tag, count, RATE, RATE * align, align, bits) + (b"" if codec == "pcm" else b"\0\0")
    fact = b"" if codec == "pcm" else b"fact" + struct.pack("<II", 4, len(channels[0]))
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + fact + b"data" + struct.pack("<I", len(data)) + data
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(body)) + body)


# --- the calls ------------------------------------------------------------------------------------------------------


def scripts():
    yield "clean.wav", "mulaw", Call("clean").say(
        AGENT, "Thank you for calling Northwind.", "How can I help you today?"
    ).say(CUSTOMER, "Hello I would like to know where my parcel is.").say(
        AGENT, "Let me check that for you.", "It will arrive tomorrow."
    ).say(CUSTOMER, "That is great thank you.").say(AGENT, "Is there anything else I can help with?").say(
        CUSTOMER, "No that is all."
    )
    yield "dead-air.wav", "mulaw", Call("dead-air", "rms", "en-us").say(
        AGENT, "Thank you for calling Northwind billing."
    ).say(CUSTOMER, "My last bill looks wrong.").say(AGENT, "Please hold on while I look.", after=0.5).say(
        AGENT, "I have found it now.", after=4.6
    ).say(CUSTOMER, "At last.", after=0.4).say(AGENT, "You were charged twice.", after=0.3)
    yield "interruptions.wav", "mulaw", Call("interruptions", "slt", "en-gb-x-rp").say(
        AGENT, "Good morning thank you for calling Northwind support."
    ).say(CUSTOMER, "I have been waiting for three days and nobody has called me back about it.").say(
        AGENT, "Sir as I told you before we cannot do that today.", after=-0.9
    ).say(CUSTOMER, "No you listen to me I want to cancel my contract.", after=-0.7).say(
        AGENT, "I am sorry I understand."
    )
    yield "bleed-noise.wav", "mulaw", Call("bleed-noise", "rms", "en-gb").say(
        AGENT, "Thank you for calling how may I help you?"
    ).say(CUSTOMER, "I want to change my phone number.").say(AGENT, "Of course.", "What is the new number?").say(
        CUSTOMER, "Nine five one two nine four one."
    ).say(AGENT, "I have changed it.")
    yield "mono.wav", "mulaw", Call("mono", "slt", "en-us").say(AGENT, "Thank you for calling Northwind.").say(
        CUSTOMER, "Can I pay by card?"
    ).say(AGENT, "Yes you can.", "One moment please.").say(AGENT, "The payment has gone through.", after=3.6)
    yield "alaw.wav", "alaw", Call("alaw", "rms", "en-gb-x-rp").say(AGENT, "Hello this is Northwind.").say(
        CUSTOMER, "The machine you sold me is broken again."
    ).say(AGENT, "I am sorry to hear that.", "We will send a new one.").say(CUSTOMER, "Fine thanks.").say(
        AGENT, "Have a very nice day."
    )
    yield "pcm16.wav", "pcm", Call("pcm16", "slt", "en-gb").say(AGENT, "Thank you for calling Northwind sales.").say(
        CUSTOMER, "What does the large plan cost?"
    ).say(AGENT, "It is 40 euros per year.").say(CUSTOMER, "I will take it.").say(AGENT, "Wonderful you will get the contract by mail.")
    yield "plain.mp3", "mp3", Call("plain", "rms", "en-us").say(AGENT, "Thank you for calling Northwind.").say(
        CUSTOMER, "Please update my phone number."
    ).say(AGENT, "That is done.", "Is there anything else?").say(
        CUSTOMER, "No thank you very much."
    ).say(AGENT, "Thank you for your call.", "Have a nice day.")


def shaped(name, channels):
    """The background of each call: a quiet line, except where a call is about something else."""
    if name == "bleed-noise.wav":
        return noisy(leaking(channels, -20), -52, 4)
    if name == "mono.wav":
        return [[x + y for x, y in zip(*noisy(channels, -63, 5))]]
    return noisy(channels, -62, len(name))


def write_mp3(path, channels):
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "source.wav")
        wav(source, channels, "pcm")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", source, "-b:a", "32k", "-map_metadata", "-1", path], check=True)


def make_recordings():
    truth = {}
    for name, codec, call in scripts():
        channels = call.rendered()
        truth[name] = call.truth(channels)
        channels = shaped(name, channels)
        truth[name]["channels"], truth[name]["codec"] = len(channels), codec
        path = os.path.join(HERE, name)
        write_mp3(path, channels) if codec == "mp3" else wav(path, channels, codec)
    with open(os.path.join(HERE, "clean.wav"), "rb") as whole, open(os.path.join(HERE, "truncated.wav"), "wb") as cut:
        cut.write(whole.read(58 + 4 * RATE * 2))
    truth["truncated.wav"] = {**truth["clean.wav"], "samples_present": 4 * RATE}
    with open(os.path.join(HERE, "not-audio.wav"), "w") as page:
        page.write("<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>\n")
    return truth


# --- the metadata file ----------------------------------------------------------------------------------------------

HEADER = (
    "external_interaction_id,channel_type,source,language,interaction_start_time,duration_seconds,audio_format,"
    "audio_url,transcript_text,agent_name,team_name,campaign_id"
).split(",")
CHATS = {
    "CALL-1008": "Agent: Welcome to Northwind chat. How can I help?\nCustomer: Where is my invoice?\n"
    "Agent: I have sent it to you by mail.\nCustomer: Thank you!",
    "CALL-1009": "Customer: This is the third time I ask. I want a refund.\nAgent: You will have it in 5 days.\n"
    "Customer: Are you sure?\nAgent: Yes, I promise.",
}


def rows(truth):
    agents = [("Asha Rao", "Support"), ("Ben Cole", "Billing"), ("Asha Rao", "Support"), ("Dina Weiss", "Sales")]
    demo = ["clean.wav", "dead-air.wav", "interruptions.wav", "bleed-noise.wav", "mono.wav", "alaw.wav", "pcm16.wav"]

    def row(number, **fields):
        agent, team = agents[number % len(agents)]
        base = dict.fromkeys(HEADER, "") | {
            "external_interaction_id": f"CALL-{1000 + number}",
            "channel_type": "VOICE",
            "source": "northwind-pbx",
            "language": "en",
            "interaction_start_time": f"2026-11-{2 + number:02}T{8 + number:02}:15:00Z",
            "agent_name": agent,
            "team_name": team,
            "campaign_id": "northwind-inbound",
        }
        return base | fields

    for number, name in enumerate(demo, 1):
        seconds = round(truth[name]["samples"] / RATE)
        text = "" if name == "alaw.wav" else truth[name]["transcript_text"]
        yield row(number, audio_format="wav", audio_url=name, duration_seconds=seconds, transcript_text=text)
    for number, (key, text) in enumerate(CHATS.items(), 8):
        yield row(number, external_interaction_id=key, channel_type="CHAT", source="northwind-chat", transcript_text=text)
    yield row(10, external_interaction_id="", audio_format="wav", audio_url="clean.wav", duration_seconds=14)
    yield row(11)
    yield row(12, interaction_start_time="the day before yesterday", audio_format="wav", audio_url="clean.wav")
    yield row(13, audio_format="wav", audio_url="no-such-recording.wav", duration_seconds=30)
    yield row(14, audio_format="wav", audio_url="not-audio.wav", duration_seconds=20)


def main():
    truth = make_recordings()
    with open(os.path.join(HERE, "truth.json"), "w") as file:
        json.dump(truth, file, indent=1, ensure_ascii=False)
        file.write("\n")
    with open(os.path.join(HERE, "calls.csv"), "w", newline="") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(truth))


if __name__ == "__main__":
    main()
