import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '__first__'),
        ('commons', '0001_initial'),
        ('registry', '0003_seek_by_name_and_phone'),
        ('territory', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BookedThing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField(verbose_name='数量')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('on', models.DateField(verbose_name='日期')),
            ],
            options={
                'verbose_name': '预约的物资',
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('ends_at__gt', models.F('starts_at'))), name='booked_thing_takes_something', violation_error_message='数量至少是 1。')],
            },
        ),
        migrations.CreateModel(
            name='Loan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=20, verbose_name='状态')),
                ('state_since', models.DateTimeField(verbose_name='进入状态时间')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='办理期限')),
                ('title', models.CharField(max_length=80, verbose_name='用途')),
                ('place', models.CharField(max_length=120, verbose_name='使用地点')),
                ('contact_name', models.CharField(max_length=60, verbose_name='联系人')),
                ('contact_phone', models.CharField(max_length=30, verbose_name='联系电话')),
                ('starts_at', models.DateTimeField(verbose_name='取用时间')),
                ('ends_at', models.DateTimeField(verbose_name='应还时间')),
                ('asked_at', models.DateTimeField(verbose_name='提交时间')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='理由')),
                ('handed_at', models.DateTimeField(blank=True, null=True, verbose_name='交付时间')),
                ('handed_on', models.DateField(blank=True, null=True, verbose_name='交付日期')),
                ('received_at', models.DateTimeField(blank=True, null=True, verbose_name='确认时间')),
                ('receiver_name', models.CharField(blank=True, max_length=60, verbose_name='领取人')),
                ('returned_at', models.DateTimeField(blank=True, null=True, verbose_name='归还时间')),
                ('returner_name', models.CharField(blank=True, max_length=60, verbose_name='归还人')),
                ('overdue_on', models.DateField(blank=True, null=True, verbose_name='逾期日期')),
                ('extensions', models.PositiveSmallIntegerField(default=0, verbose_name='续借次数')),
                ('is_sample', models.BooleanField(default=False, verbose_name='样例')),
            ],
            options={
                'verbose_name': '物资借用',
                'indexes': [models.Index(fields=['state', 'ends_at'], name='loan_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='loan_ends_after_it_starts', violation_error_message='归还应晚于取用。'), models.CheckConstraint(condition=models.Q(models.Q(('handed_at__isnull', False), ('handed_on__isnull', False)), models.Q(('handed_at__isnull', True), ('handed_on__isnull', True), ('received_at__isnull', True), ('returned_at__isnull', True)), _connector='OR'), name='loan_comes_back_after_it_went')],
            },
        ),
        migrations.CreateModel(
            name='LoanDamage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=20, verbose_name='状态')),
                ('state_since', models.DateTimeField(verbose_name='进入状态时间')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='办理期限')),
                ('kind', models.CharField(choices=[('broken', '损坏'), ('lost', '丢失')], max_length=6, verbose_name='类别')),
                ('quantity', models.PositiveIntegerField(verbose_name='件数')),
                ('what', models.CharField(max_length=300, verbose_name='情况')),
                ('found_at', models.DateTimeField(verbose_name='发现时间')),
                ('found_on', models.DateField(verbose_name='发现日期')),
                ('amount_fen', models.BigIntegerField(blank=True, null=True, verbose_name='赔偿（分）')),
                ('settlement', models.CharField(blank=True, max_length=300, verbose_name='处理结果')),
                ('written_off', models.PositiveIntegerField(default=0, verbose_name='核销件数')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='处理时间')),
            ],
            options={
                'verbose_name': '借用损失',
                'indexes': [models.Index(fields=['found_on'], name='loan_damage_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('written_off__lte', models.F('quantity'))), name='loan_damage_counts', violation_error_message='核销件数不能多于损失件数。'), models.CheckConstraint(condition=models.Q(('amount_fen__isnull', True), ('amount_fen__gte', 0), _connector='OR'), name='loan_damage_is_not_negative', violation_error_message='赔偿金额不能为负。')],
            },
        ),
        migrations.CreateModel(
            name='LoanLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField(verbose_name='申请数量')),
                ('out', models.PositiveIntegerField(default=0, verbose_name='交付数量')),
                ('back', models.PositiveIntegerField(default=0, verbose_name='归还数量')),
                ('broken', models.PositiveIntegerField(default=0, verbose_name='其中损坏')),
                ('condition_out', models.CharField(blank=True, max_length=200, verbose_name='交付时状况')),
                ('condition_back', models.CharField(blank=True, max_length=200, verbose_name='归还时状况')),
                ('piece_days', models.PositiveIntegerField(default=0, verbose_name='件·天')),
            ],
            options={
                'verbose_name': '借用物资',
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('out__lte', models.F('quantity')), ('back__lte', models.F('out')), ('broken__lte', models.F('back'))), name='loan_line_adds_up', violation_error_message='交付不能多于申请，归还不能多于交付，损坏不能多于归还。')],
            },
        ),
        migrations.CreateModel(
            name='LoanRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('needs_approval', models.BooleanField(default=True, verbose_name='须经审批')),
                ('residents_may', models.BooleanField(default=False, verbose_name='居民个人可借')),
                ('most_pieces', models.PositiveSmallIntegerField(default=60, verbose_name='一次至多（件）')),
                ('most_open', models.PositiveSmallIntegerField(default=3, verbose_name='同时未还至多（笔）')),
                ('hours_ahead', models.PositiveSmallIntegerField(default=4, verbose_name='至少提前（小时）')),
                ('days_ahead', models.PositiveSmallIntegerField(default=60, verbose_name='至多提前（天）')),
                ('most_extensions', models.PositiveSmallIntegerField(default=1, verbose_name='借用方可续借（次）')),
                ('keep_hours', models.PositiveSmallIntegerField(default=24, verbose_name='过取用时间保留（小时）')),
                ('overdue_days', models.PositiveSmallIntegerField(default=3, verbose_name='逾期后继续占用（天）')),
            ],
            options={
                'verbose_name': '外借规则',
                'constraints': [models.CheckConstraint(condition=models.Q(('most_pieces__gte', 1), ('most_open__gte', 1), ('overdue_days__gte', 1), ('overdue_days__lte', 30), ('days_ahead__gte', 1), ('days_ahead__lte', 366)), name='loan_rule_makes_sense', violation_error_message='件数、笔数至少是 1，逾期占用 1 至 30 天，至多提前 1 至 366 天。')],
            },
        ),
        migrations.CreateModel(
            name='Thing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('about', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                ('value_fen', models.PositiveIntegerField(blank=True, null=True, verbose_name='单价（分）')),
                ('may_leave', models.BooleanField(default=False, verbose_name='可外借')),
                ('longest_days', models.PositiveSmallIntegerField(default=7, verbose_name='外借至多（天）')),
                ('needs_deposit', models.CharField(blank=True, max_length=100, verbose_name='押金要求')),
                ('sort', models.PositiveSmallIntegerField(default=0, verbose_name='次序')),
                ('retired_on', models.DateField(blank=True, null=True, verbose_name='停用日期')),
                ('is_sample', models.BooleanField(default=False, verbose_name='样例')),
            ],
            options={
                'verbose_name': '物资',
                'constraints': [models.CheckConstraint(condition=models.Q(('longest_days__gte', 1)), name='thing_is_lent_for_a_day', violation_error_message='外借至少一天。')],
            },
        ),
        migrations.RemoveConstraint(
            model_name='claim',
            name='claim_has_one_holder',
        ),
        migrations.AddField(
            model_name='space',
            name='kind',
            field=models.CharField(choices=[('room', '场地'), ('person', '专家师资'), ('vehicle', '车辆')], default='room', max_length=10, verbose_name='类别'),
        ),
        migrations.AddField(
            model_name='bookedthing',
            name='booking',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='booked_things', to='commons.booking'),
        ),
        migrations.AddField(
            model_name='bookedthing',
            name='pool',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='booked_things', to='commons.pool'),
        ),
        migrations.AddField(
            model_name='loan',
            name='asked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人'),
        ),
        migrations.AddField(
            model_name='loan',
            name='centre',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='loans', to='commons.centre', verbose_name='中心'),
        ),
        migrations.AddField(
            model_name='loan',
            name='handed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='交付人'),
        ),
        migrations.AddField(
            model_name='loan',
            name='on_behalf',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territory.node', verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='loan',
            name='organisation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='loans', to='registry.organisation', verbose_name='组织'),
        ),
        migrations.AddField(
            model_name='loan',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='个人'),
        ),
        migrations.AddField(
            model_name='loan',
            name='received_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人'),
        ),
        migrations.AddField(
            model_name='loan',
            name='returned_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='收回人'),
        ),
        migrations.AddField(
            model_name='claim',
            name='loan',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='claims', to='commons.loan'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['pool', 'ends_at'], name='claim_until'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('booking__isnull', False), ('closure__isnull', True), ('loan__isnull', True)), models.Q(('booking__isnull', True), ('closure__isnull', False), ('loan__isnull', True)), models.Q(('booking__isnull', True), ('closure__isnull', True), ('loan__isnull', False)), _connector='OR'), name='claim_has_one_holder'),
        ),
        migrations.AddField(
            model_name='loandamage',
            name='found_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='loandamage',
            name='loan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='damages', to='commons.loan'),
        ),
        migrations.AddField(
            model_name='loandamage',
            name='settled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='loanline',
            name='loan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='commons.loan'),
        ),
        migrations.AddField(
            model_name='loanline',
            name='pool',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='loan_lines', to='commons.pool'),
        ),
        migrations.AddField(
            model_name='loandamage',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='damages', to='commons.loanline'),
        ),
        migrations.AddField(
            model_name='loanrule',
            name='centre',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='loan_rule', to='commons.centre'),
        ),
        migrations.AddField(
            model_name='thing',
            name='centre',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='things', to='commons.centre'),
        ),
        migrations.AddField(
            model_name='thing',
            name='pool',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='thing', to='commons.pool'),
        ),
        migrations.AddIndex(
            model_name='bookedthing',
            index=models.Index(fields=['pool', 'starts_at'], name='booked_thing_time'),
        ),
        migrations.AddIndex(
            model_name='bookedthing',
            index=models.Index(fields=['on', 'pool'], name='booked_thing_day'),
        ),
        migrations.AddConstraint(
            model_name='bookedthing',
            constraint=models.UniqueConstraint(fields=('booking', 'pool'), name='thing_once_in_booking'),
        ),
        migrations.AddIndex(
            model_name='loan',
            index=models.Index(fields=['centre', 'state', 'ends_at'], name='loan_of_centre'),
        ),
        migrations.AddIndex(
            model_name='loan',
            index=models.Index(fields=['organisation', 'state'], name='loan_of_organisation'),
        ),
        migrations.AddIndex(
            model_name='loan',
            index=models.Index(fields=['handed_on', 'centre'], name='loan_day'),
        ),
        migrations.AddConstraint(
            model_name='loan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('on_behalf__isnull', True), ('organisation__isnull', False), ('person__isnull', True)), models.Q(('on_behalf__isnull', False), ('organisation__isnull', True), ('person__isnull', True)), models.Q(('on_behalf__isnull', True), ('organisation__isnull', True), ('person__isnull', False)), _connector='OR'), name='loan_is_to_one', violation_error_message='请说明谁借用。'),
        ),
        migrations.AddConstraint(
            model_name='loan',
            constraint=models.CheckConstraint(condition=models.Q(('received_by__isnull', True), ('handed_by__isnull', True), models.Q(('received_by', models.F('handed_by')), _negated=True), _connector='OR'), name='loan_is_signed_by_two', violation_error_message='交付和领取须由两人确认。'),
        ),
        migrations.AddConstraint(
            model_name='loanline',
            constraint=models.UniqueConstraint(fields=('loan', 'pool'), name='thing_once_in_loan'),
        ),
        migrations.AddConstraint(
            model_name='loandamage',
            constraint=models.CheckConstraint(condition=models.Q(('settled_by__isnull', True), ('found_by__isnull', True), models.Q(('settled_by', models.F('found_by')), _negated=True), _connector='OR'), name='loan_damage_settled_by_another', violation_error_message='登记损失的人不能处理同一笔损失。'),
        ),
        migrations.AddConstraint(
            model_name='thing',
            constraint=models.UniqueConstraint(fields=('centre', 'name'), name='thing_once_in_centre', violation_error_message='这个中心已有同名的物资。'),
        ),
    ]
