"""What listening cannot understand is set aside, and a mention knows that its author edited it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0010_words_keep_what_they_state'),
    ]

    operations = [
        migrations.CreateModel(
            name='QuarantineRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=200)),
                ('place', models.CharField(default='', max_length=100)),
                ('digest', models.CharField(max_length=64)),
                ('raw', models.BinaryField()),
                ('reason', models.TextField()),
                ('reader', models.CharField(default='', max_length=64)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'quarantine',
            },
        ),
        migrations.AddIndex(
            model_name='quarantinerow',
            index=models.Index(fields=['at'], name='quarantine_by_age'),
        ),
        migrations.AddConstraint(
            model_name='quarantinerow',
            constraint=models.UniqueConstraint(fields=('source', 'digest'), name='one_event_set_aside'),
        ),
        migrations.AddField(
            model_name='mentionrow',
            name='fingerprint',
            field=models.CharField(default='', max_length=16),
        ),
        migrations.AddField(
            model_name='mentionrow',
            name='edited_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='mentionrow',
            name='edited_since',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='mentionrow',
            index=models.Index(condition=models.Q(('edited_since', True)), fields=['-id'], name='mentions_edited_since'),
        ),
    ]
